import { expect, test } from 'vitest';
import { etagOf, isNotModified } from './validators.ts';

const NOON = Date.UTC(2026, 10, 21, 12, 0, 0);
const stored = { etag: '"a,b"', lastModified: NOON };

test('an entity tag of the list is enough, weak or strong', () => {
  expect(isNotModified(stored, '"a,b"', null)).toBe(true);
  expect(isNotModified(stored, '"x", W/"a,b"', null)).toBe(true);
  expect(isNotModified({ ...stored, etag: 'W/"a,b"' }, '"a,b"', null)).toBe(true);
  expect(isNotModified(stored, '*', null)).toBe(true);
  expect(isNotModified(stored, '"a", "b"', null)).toBe(false);
  expect(isNotModified({ ...stored, etag: null }, '*', null)).toBe(false);
});

test('a date counts only without entity tags', () => {
  expect(isNotModified(stored, null, 'Sat, 21 Nov 2026 12:00:00 GMT')).toBe(true);
  expect(isNotModified(stored, null, 'Sat, 21 Nov 2026 12:00:01 GMT')).toBe(true);
  expect(isNotModified(stored, null, 'Sat, 21 Nov 2026 11:59:59 GMT')).toBe(false);
  expect(isNotModified(stored, '"x"', 'Sat, 21 Nov 2026 12:00:01 GMT')).toBe(false);
  expect(isNotModified(stored, null, 'tomorrow')).toBe(false);
  expect(isNotModified({ ...stored, lastModified: null }, null, 'Sat, 21 Nov 2026 12:00:00 GMT')).toBe(false);
  expect(isNotModified(stored, null, null)).toBe(false);
});

test('what is no entity tag is none', () => {
  expect(etagOf('"1"')).toBe('"1"');
  expect(etagOf('W/"1"')).toBe('W/"1"');
  expect(etagOf('1')).toBeNull();
  expect(etagOf('"1", "2"')).toBeNull();
  expect(etagOf(null)).toBeNull();
});
