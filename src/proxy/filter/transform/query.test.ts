import { expect, test } from 'vitest';
import { joinedQuery, withoutParameters } from './query.ts';

test('what is not named stays byte by byte', () => {
  const query = '?$filter=a%20eq%201&b=2&b=3&&c=%zz&d+e=f&';
  expect(withoutParameters(query, [])).toBe(query.slice(1));
  expect(withoutParameters(query, ['x'])).toBe(query.slice(1));
});

test('names are compared decoded and with their case', () => {
  expect(withoutParameters('?user=1&us%65r=2&User=3&user', ['user'])).toBe('User=3');
  expect(withoutParameters('?d+e=1&d%20e=2&d=3', ['d e'])).toBe('d=3');
  expect(withoutParameters('?%=1&a=2', ['a'])).toBe('%=1');
  expect(withoutParameters('?a=user&b', ['user'])).toBe('a=user&b');
  expect(withoutParameters('?a', ['a'])).toBe('');
  expect(withoutParameters('?', ['a'])).toBe('');
  expect(withoutParameters('', ['a'])).toBe('');
});

test('parameters of our own come first', () => {
  expect(joinedQuery('a=1', 'b=2')).toBe('?a=1&b=2');
  expect(joinedQuery('a=1', '')).toBe('?a=1');
  expect(joinedQuery('', 'b=2')).toBe('?b=2');
  expect(joinedQuery('', '')).toBe('');
});
