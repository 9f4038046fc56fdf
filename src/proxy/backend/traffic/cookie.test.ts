import { expect, test } from 'vitest';
import { cookieOf } from './cookie.ts';

test.each([
  ['a=1', '1'],
  ['b=2; a=1', '1'],
  ['b=2;a=1;c=3', '1'],
  ['a=1; a=2', '1'],
  ['ba=2; a=1', '1'],
  ['b=a=2; a=1', '1'],
  ['b=2, a=1', '1'],
  ['a=', ''],
  ['a= 1 ;b=2', '1'],
  ['a', null],
  ['A=1', null],
  ['ab=1', null],
  ['b=a', null],
  ['', null],
  [null, null],
])('of %j the cookie a is %j', (header, value) => {
  expect(cookieOf(header, 'a')).toBe(value);
});
