import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalisePath as inRequests } from '../src/proxy/route/normalise.ts';
import { normalisePath as inManifests } from '../src/translate/route/path.ts';

/** The proxy may not import the translator, so each has its own; a path that they read differently would never match. */
test('a path in a manifest and a path in a request become the same', () => {
  const piece = fc.constantFrom(
    '/',
    '/',
    '.',
    '..',
    'a',
    '~',
    ';',
    '%',
    '%2e',
    '%2F',
    '%61',
    '%5c',
    '%00',
    '\\',
    '?',
    '#',
    'é',
    ' ',
  );
  const path = fc.oneof(
    fc.array(piece, { maxLength: 10 }).map((pieces) => `/${pieces.join('')}`),
    fc.string({ unit: 'binary-ascii', maxLength: 12 }).map((text) => `/${text}`),
  );
  fc.assert(
    fc.property(path, (each) => {
      expect(inManifests(each)).toBe(inRequests(each));
    }),
    { numRuns: 5000 },
  );
});
