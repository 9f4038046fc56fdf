import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_PLAN } from './header-modifier.ts';
import { RequestMirrorer } from './mirror.ts';

function mirror(numerator: number, denominator: number): RequestMirrorer {
  const filter = { kind: 'RequestMirror', backend: 'b', numerator, denominator } as const;
  return new RequestMirrorer('b', filter, EMPTY_PLAN, null);
}

test('every window of as many requests as the denominator has exactly the numerator mirrored', () => {
  const share = fc
    .integer({ min: 1, max: 200 })
    .chain((denominator) => fc.tuple(fc.nat(denominator), fc.constant(denominator), fc.nat(300)));
  fc.assert(
    fc.property(share, ([numerator, denominator, skipped]) => {
      const decisions = mirror(numerator, denominator);
      for (let i = 0; i < skipped; i++) decisions.next();
      let mirrored = 0;
      for (let i = 0; i < denominator; i++) if (decisions.next()) mirrored++;
      expect(mirrored).toBe(numerator);
    }),
  );
});

test('they are spread evenly', () => {
  const decisions = mirror(1, 4);
  expect(Array.from({ length: 8 }, () => decisions.next())).toEqual([
    false,
    false,
    false,
    true,
    false,
    false,
    false,
    true,
  ]);
});
