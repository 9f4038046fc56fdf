import { expect, test } from 'vitest';
import { type ContentCoding, chooseCoding } from './accept-encoding.ts';

const ALL: readonly ContentCoding[] = ['zstd', 'br', 'gzip'];

test.each<[string | null, ContentCoding | null]>([
  [null, null],
  ['', null],
  ['gzip', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['gzip, deflate, br, zstd', 'zstd'],
  ['GZIP', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', null],
  ['identity', null],
  ['br;q=0.5, gzip;q=0.8', 'gzip'],
  ['br ; Q=0.9 , gzip; q=0.8', 'br'],
  ['br;q=0, gzip;q=0.001', 'gzip'],
  ['gzip;q=0', null],
  ['*', 'zstd'],
  ['*;q=0', null],
  ['zstd;q=0, *', 'br'],
  ['gzip;q=0.5, identity;q=0.8', null],
  ['gzip;q=0.5, identity;q=0.5', 'gzip'],
  ['gzip;q=2', null],
  ['gzip;q=abc, br', 'br'],
  [',,gzip,,', 'gzip'],
])('%j gets %s', (accepted, coding) => {
  expect(chooseCoding(accepted, ALL)).toBe(coding);
});

test('of equals the first that is offered', () => {
  expect(chooseCoding('gzip, br, zstd', ['gzip', 'br'])).toBe('gzip');
  expect(chooseCoding('br', ['gzip'])).toBeNull();
});

test('a long field costs no more than its beginning', () => {
  expect(chooseCoding(`${'x,'.repeat(1_000)}gzip`, ALL)).toBeNull();
});
