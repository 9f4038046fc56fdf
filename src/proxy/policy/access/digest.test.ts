import { expect, test } from 'vitest';
import { type Bearer, digestAgain, digestFor, digestOf } from './digest.ts';

test('the digest of a credential is the same, whatever its bearer has brought before', () => {
  const bearer: Bearer = { lastCredential: null };
  for (const credential of ['a', 'a', 'b', 'a', '', 'x'.repeat(5_000), 'x'.repeat(5_000), 'é', '\u0161', 'a']) {
    expect(digestFor(bearer, credential)).toBe(digestOf(credential));
  }
});

test('what a bearer brought last is kept, unless it is long', () => {
  const bearer: Bearer = { lastCredential: null };
  digestFor(bearer, 'a');
  const { lastCredential } = bearer;
  expect(lastCredential?.digest).toBe(digestOf('a'));
  digestFor(bearer, 'a');
  digestFor(bearer, 'x'.repeat(5_000));
  expect(bearer.lastCredential).toBe(lastCredential);
});

test('what a bearer brought last is known again by its bytes, and nothing else is', () => {
  const bearer: Bearer = { lastCredential: null };
  const received = Buffer.from('Bearer abc\r\n', 'latin1');
  expect(digestAgain(bearer, received, 7, 10)).toBeNull();
  digestFor(bearer, 'abc');
  expect(digestAgain(bearer, received, 7, 10)).toBe(digestOf('abc'));
  expect(digestAgain(bearer, received, 6, 10)).toBeNull();
  expect(digestAgain(bearer, received, 7, 9)).toBeNull();
  expect(digestAgain(bearer, Buffer.from('abd'), 0, 3)).toBeNull();
});

test('characters that are more than a byte are not taken for those that are', () => {
  const bearer: Bearer = { lastCredential: null };
  digestFor(bearer, 'a');
  expect(digestFor(bearer, '\u0161')).toBe(digestOf('\u0161'));
  expect(digestAgain(bearer, Buffer.from('a'), 0, 1)).toBe(digestOf('a'));
});

test('every byte of a credential counts', () => {
  const bearer: Bearer = { lastCredential: null };
  for (const length of [1, 3, 4, 5, 8, 41, 400]) {
    const credential = 'k'.repeat(length);
    digestFor(bearer, credential);
    for (let at = 0; at < length; at++) {
      const received = Buffer.from(`  ${credential}`);
      expect(digestAgain(bearer, received, 2, 2 + length)).toBe(digestOf(credential));
      received[2 + at]! ^= 1;
      expect(digestAgain(bearer, received, 2, 2 + length)).toBeNull();
    }
  }
});
