import { expect, test } from 'vitest';
import { intersection } from './hostname.ts';

test.each([
  ['', '', ''],
  ['', 'a.example', 'a.example'],
  ['', '*.example', '*.example'],
  ['a.example', 'a.example', 'a.example'],
  ['a.example', 'b.example', null],
  ['*.example', 'a.example', 'a.example'],
  ['*.example', 'a.b.example', 'a.b.example'],
  ['*.example', 'example', null],
  ['*.example', 'aexample', null],
  ['*.example', '*.example', '*.example'],
  ['*.example', '*.b.example', '*.b.example'],
  ['*.b.example', '*.c.example', null],
  ['*.b.example', 'b.example', null],
])('%j and %j have %j in common, either way', (a, b, common) => {
  expect(intersection(a, b)).toBe(common);
  expect(intersection(b, a)).toBe(common);
});
