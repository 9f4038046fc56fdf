import { expect, test } from 'vitest';
import { isRequestId, newRequestId } from './request-id.ts';

test('new ids are valid and never the same, across many refills of the pool', () => {
  const ids = new Set(Array.from({ length: 10_000 }, newRequestId));
  expect(ids.size).toBe(10_000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(isRequestId(newRequestId())).toBe(true);
});

test('every allowed character is allowed, and no other', () => {
  const allowed: string[] = [];
  for (let c = 0; c < 0x180; c++) if (isRequestId(String.fromCharCode(c))) allowed.push(String.fromCharCode(c));
  expect(allowed.join('')).toBe('+-./0123456789:=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~');
});

test('the length is bounded', () => {
  expect(isRequestId('')).toBe(false);
  expect(isRequestId('a'.repeat(128))).toBe(true);
  expect(isRequestId('a'.repeat(129))).toBe(false);
  expect(isRequestId('good but spaced')).toBe(false);
});
