import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EMPTY_PLAN } from '../filter/header-modifier.ts';
import type { CompiledBackendRef } from './compiled.ts';
import { WeightedSplit } from './split.ts';

function ref(weight: number, index: number): CompiledBackendRef {
  return {
    backend: String(index),
    failure: null,
    weight,
    redirect: null,
    rewrite: null,
    mirrors: [],
    request: EMPTY_PLAN,
    response: EMPTY_PLAN,
    extensions: [],
    cors: null,
  };
}

const weights = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 6 });

test('every window gives every backend exactly its share, wherever it begins', () => {
  fc.assert(
    fc.property(weights, fc.nat(200), (all, skipped) => {
      const total = all.reduce((sum, weight) => sum + weight, 0);
      fc.pre(total > 0);
      const split = new WeightedSplit(all.map(ref), ref(0, -1));
      for (let i = 0; i < skipped; i++) split.next();
      const counts = all.map(() => 0);
      for (let i = 0; i < total; i++) counts[Number(split.next().backend)]!++;
      expect(counts).toEqual(all);
    }),
  );
});

test('weights too large for a sequence are exact too', () => {
  const all = [4001, 2003, 1];
  const split = new WeightedSplit(all.map(ref), ref(0, -1));
  const counts = [0, 0, 0];
  for (let i = 0; i < 6005; i++) counts[Number(split.next().backend)]!++;
  expect(counts).toEqual(all);
});

test('a canary is spread evenly: 95/5 is one request in twenty', () => {
  const split = new WeightedSplit([95, 5].map(ref), ref(0, -1));
  const turns = Array.from({ length: 40 }, () => split.next().backend);
  const canaries = turns.flatMap((backend, i) => (backend === '1' ? [i] : []));
  expect(canaries).toHaveLength(2);
  expect(canaries[1]! - canaries[0]!).toBe(20);
});
