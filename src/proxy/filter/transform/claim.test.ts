import { expect, test } from 'vitest';
import { claimText } from './claim.ts';

const textOf = (claims: Record<string, unknown>, claim: string, delimiter?: string, index = 0) =>
  claimText(claims, { claim, split: delimiter === undefined ? null : { delimiter, index }, optional: false });

test('text, numbers, booleans, lists and objects', () => {
  expect(textOf({ a: 'b' }, 'a')).toBe('b');
  expect(textOf({ a: 1 }, 'a')).toBe('1');
  expect(textOf({ a: false }, 'a')).toBe('false');
  expect(textOf({ a: ['b', 2, null] }, 'a')).toBe('b,2,');
  expect(textOf({ a: { b: 1 } }, 'a')).toBe('{"b":1}');
  expect(textOf({ a: null }, 'a')).toBeNull();
  expect(textOf({}, 'a')).toBeNull();
  expect(textOf({}, 'constructor')).toBeNull();
  expect(textOf({ a: {} }, 'a.__proto__')).toBeNull();
});

test('a claim in a claim', () => {
  expect(textOf({ a: { b: { c: 'd' } } }, 'a.b.c')).toBe('d');
  expect(textOf({ 'a.b': { c: 'd' } }, 'a.b.c')).toBe('d');
  expect(textOf({ 'a.b': 'whole', a: { b: 'inner' } }, 'a.b')).toBe('whole');
  expect(textOf({ a: ['b'] }, 'a.0')).toBeNull();
});

test('a part of a claim', () => {
  expect(textOf({ a: 'user|42' }, 'a', '|', 1)).toBe('42');
  expect(textOf({ a: 'x::y:z' }, 'a', '::', 1)).toBe('y:z');
  expect(textOf({ a: 'user|' }, 'a', '|', 1)).toBe('');
  expect(textOf({ a: 'user' }, 'a', '|', 1)).toBeNull();
});
