import { expect, test } from 'vitest';
import { replaced } from './replace.ts';

test('every occurrence is replaced, once', () => {
  expect(replaced('a-a-b', 'a', 'aa')).toBe('aa-aa-b');
  expect(replaced('aaa', 'aa', 'b')).toBe('ba');
  expect(replaced('a', 'b', 'c')).toBe('a');
  expect(replaced('a b', ' b', '')).toBe('a');
});

test('URLs join with one slash', () => {
  const base = 'http://in:5000';
  expect(replaced(`${base}/a`, base, 'https://out')).toBe('https://out/a');
  expect(replaced(`${base}/a`, `${base}/`, 'https://out')).toBe('https://out/a');
  expect(replaced(`${base}/a`, base, 'https://out/')).toBe('https://out/a');
  expect(replaced(`${base}/a`, `${base}/`, 'https://out/')).toBe('https://out/a');
  expect(replaced(`${base}/v1/a`, `${base}/v1`, 'https://out/x/')).toBe('https://out/x/a');
  expect(replaced(base, base, 'https://out/')).toBe('https://out/');
  expect(replaced(`${base}?a`, base, 'https://out')).toBe('https://out?a');
  expect(replaced(`see ${base}, or ${base}/`, base, 'https://out')).toBe('see https://out, or https://out/');
});

test('a host is found as a whole', () => {
  for (const other of ['http://in.example/', 'http://in:80/', 'http://in-1/', 'http://in2']) {
    expect(replaced(other, 'http://in', 'http://out')).toBe(other);
  }
  expect(replaced('http://in.example http://in', 'http://in', 'http://out')).toBe('http://in.example http://out');
});

test('a text that is no URL is put in as it stands', () => {
  expect(replaced('path=/in/', '/in/', '/')).toBe('path=/');
  expect(replaced('http://in/a', 'http://in/', '')).toBe('a');
});
