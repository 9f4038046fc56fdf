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

test('what several bearers bring is kept once', () => {
  const bearers: Bearer[] = [{ lastCredential: null }, { lastCredential: null }, { lastCredential: null }];
  for (const bearer of bearers) digestFor(bearer, 'the same');
  digestFor(bearers[2]!, 'another');
  expect(bearers[1]!.lastCredential).toBe(bearers[0]!.lastCredential);
  expect(bearers[0]!.lastCredential?.digest).toBe(digestOf('the same'));
  expect(bearers[2]!.lastCredential?.digest).toBe(digestOf('another'));
});

test('many credentials are told apart', () => {
  const bearers = Array.from({ length: 2_000 }, (_, index) => {
    const bearer: Bearer = { lastCredential: null };
    digestFor(bearer, `credential ${index % 1_000}`);
    return bearer;
  });
  for (const [index, { lastCredential }] of bearers.entries()) {
    expect(lastCredential?.digest).toBe(digestOf(`credential ${index % 1_000}`));
  }
});

test('what a bearer brought last is known again by its bytes, and nothing else is', () => {
  const bearer: Bearer = { lastCredential: null };
  const received = bytesOf('Bearer abc\r\n');
  expect(digestAgain(bearer, received, 7, 10)).toBeNull();
  digestFor(bearer, 'abc');
  expect(digestAgain(bearer, received, 7, 10)).toBe(digestOf('abc'));
  expect(digestAgain(bearer, received, 6, 10)).toBeNull();
  expect(digestAgain(bearer, received, 7, 9)).toBeNull();
  expect(digestAgain(bearer, bytesOf('abd'), 0, 3)).toBeNull();
});

test('characters that are more than a byte are not taken for those that are', () => {
  const bearer: Bearer = { lastCredential: null };
  digestFor(bearer, 'a');
  expect(digestFor(bearer, '\u0161')).toBe(digestOf('\u0161'));
  expect(digestAgain(bearer, bytesOf('a'), 0, 1)).toBe(digestOf('a'));
});

test('every byte of a credential counts', () => {
  const bearer: Bearer = { lastCredential: null };
  for (const length of [1, 3, 4, 5, 8, 41, 400]) {
    const credential = 'k'.repeat(length);
    digestFor(bearer, credential);
    for (let at = 0; at < length; at++) {
      const received = bytesOf(`  ${credential}`);
      expect(digestAgain(bearer, received, 2, 2 + length)).toBe(digestOf(credential));
      received.setUint8(2 + at, received.getUint8(2 + at) ^ 1);
      expect(digestAgain(bearer, received, 2, 2 + length)).toBeNull();
    }
  }
});

function bytesOf(text: string): DataView {
  const { buffer, byteLength, byteOffset } = Buffer.from(text, 'latin1');
  return new DataView(buffer, byteOffset, byteLength);
}
