import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sorted } from './sort.ts';

test('sorts as the built-in sort does, stably, a little at a time', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat()), { maxLength: 700 }), (items) => {
      const steps = sorted(items, (a, b) => a[0] - b[0]);
      let count = 0;
      let step = steps.next();
      for (; !step.done; step = steps.next()) count++;
      expect(step.value).toEqual([...items].sort((a, b) => a[0] - b[0]));
      expect(count).toBeGreaterThanOrEqual(Math.floor(items.length / 64));
    }),
  );
});
