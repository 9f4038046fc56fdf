import { expect, test } from 'vitest';
import { cookieValue } from './cookie.ts';

test.each([
  ['a=1; b=2', 'b', '2'],
  ['a=1;b=2', 'b', '2'],
  ['a=1; a=2', 'a', '1'],
  ['a="x y"; b=2', 'a', 'x y'],
  ['a="', 'a', '"'],
  ['a=""', 'a', ''],
  ['a=; b=2', 'a', ''],
  ['a=b=c', 'a', 'b=c'],
  [' a = 1 ;b=2', 'a', '1'],
  ['ab=1; b=2', 'b', '2'],
  ['abc=1; ab=2', 'ab', '2'],
  ['a', 'a', null],
  ['a=1', 'A', null],
  ['', 'a', null],
  [';;;', 'a', null],
  ['b=1; a', 'a', null],
])('in %j, cookie %s is %j', (field, name, value) => {
  expect(cookieValue(field, name)).toBe(value);
});
