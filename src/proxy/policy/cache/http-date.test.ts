import { expect, test } from 'vitest';
import { parseHttpDate } from './http-date.ts';

const MOMENT = Date.UTC(1994, 10, 6, 8, 49, 37);

test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
  '%s is the example of RFC 9110',
  (text) => {
    expect(parseHttpDate(text, Date.UTC(2026, 0, 1))).toBe(MOMENT);
  },
);

test.each([
  '0',
  '-1',
  '',
  '1994-11-06T08:49:37Z',
  'Sun, 06 Nov 1994 08:49:37 +0000',
  'Sun, 06 Nov 1994 25:61:61 GMT',
  'Sun, 6 Nov 1994 08:49:37 GMT',
])('%j is no date', (text) => {
  expect(parseHttpDate(text)).toBeNull();
});

test('a year of two digits is at most 50 years ahead', () => {
  const now = Date.UTC(2026, 0, 1);
  expect(parseHttpDate('Sunday, 06-Nov-77 08:49:37 GMT', now)).toBe(Date.UTC(1977, 10, 6, 8, 49, 37));
  expect(parseHttpDate('Sunday, 06-Nov-76 08:49:37 GMT', now)).toBe(Date.UTC(2076, 10, 6, 8, 49, 37));
  expect(parseHttpDate(null)).toBeNull();
});
