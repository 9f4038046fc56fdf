import { expect, test } from 'vitest';
import { cookieValue, withoutCookie } from './cookie.ts';
import { queryValue, withoutParameter } from './query.ts';

test.each([
  ['key=1', '1', ''],
  ['a=b; key=1; c=d', '1', 'a=b; c=d'],
  ['a=b;key="1 2" ;c=d', '1 2', 'a=b; c=d'],
  ['key=1; key=2', '1', ''],
  ['monkey=1', null, 'monkey=1'],
  ['keys=1; a=key=2', null, 'keys=1; a=key=2'],
  ['', null, ''],
])('the cookie of %j', (cookies, value, rest) => {
  expect(cookieValue(cookies, 'key')).toBe(value);
  expect(withoutCookie(cookies, 'key')).toBe(rest);
});

test.each([
  ['?key=1', '1', ''],
  ['?a=b&key=1%202&c=d', '1 2', '?a=b&c=d'],
  ['?a=b&k%65y=1&key=2&&', '1', '?a=b&&'],
  ['?key', '', ''],
  ['?monkey=1&keys=2', null, '?monkey=1&keys=2'],
  ['?key=%zz', null, ''],
  ['?', null, '?'],
  ['', null, ''],
])('the parameter of %j', (query, value, rest) => {
  expect(queryValue(query, 'key')).toBe(value);
  expect(withoutParameter(query, 'key')).toBe(rest);
});
