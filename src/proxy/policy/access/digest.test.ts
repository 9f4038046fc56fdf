import { expect, test } from 'vitest';
import { type Bearer, digestFor, digestOf } from './digest.ts';

test('the digest of a credential is the same, whatever its bearer has brought before', () => {
  const bearer: Bearer = { lastCredential: null };
  for (const credential of ['a', 'a', 'b', 'a', '', 'x'.repeat(5_000), 'x'.repeat(5_000), 'é']) {
    expect(digestFor(bearer, credential)).toBe(digestOf(credential));
  }
});

test('what a bearer brought last is kept, unless it is long', () => {
  const bearer: Bearer = { lastCredential: null };
  digestFor(bearer, 'a');
  const { lastCredential } = bearer;
  expect(lastCredential).toEqual({ text: 'a', digest: digestOf('a') });
  digestFor(bearer, 'a');
  digestFor(bearer, 'x'.repeat(5_000));
  expect(bearer.lastCredential).toBe(lastCredential);
});
