import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sorted } from './sorted.ts';
import { finish } from './steps.ts';

const items = fc.array(fc.record({ by: fc.nat(40), id: fc.nat() }), { maxLength: 400, size: 'max' });
const compare = (a: { readonly by: number }, b: { readonly by: number }): number => a.by - b.by;

test('items are sorted as an array sorts them, and stay where they were', () => {
  fc.assert(
    fc.property(items, (list) => {
      const before = [...list];
      expect(finish(sorted(list, compare))).toEqual([...list].sort(compare));
      expect(list).toEqual(before);
    }),
  );
});

test('no step compares more than a few', () => {
  let compared = 0;
  const steps = sorted(
    Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5000),
    (a, b) => {
      compared++;
      return a - b;
    },
  );
  for (let before = 0; !steps.next().done; before = compared) expect(compared - before).toBeLessThan(200);
  expect(compared).toBeGreaterThan(5000);
});
