import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareKeys } from './entries.ts';

test('keys sort by path, and numbers at their end by value', () => {
  const sorted = [
    'httproute/shop/cart/rule/0',
    'httproute/shop/cart/rule/2',
    'httproute/shop/cart/rule/10',
    'httproute/shop/cart-2/rule/0',
    'service/shop/cart/80',
    'service/shop/cart/8080',
    'service/shop/cart-2/80',
  ];
  expect([...sorted].reverse().sort(compareKeys)).toEqual(sorted);
});

test('any keys have one order', () => {
  const key = fc.stringMatching(/^[a01/]{0,5}$/);
  fc.assert(
    fc.property(key, key, key, (a, b, c) => {
      expect(Math.sign(compareKeys(a, b))).toBe(0 - Math.sign(compareKeys(b, a)) + 0);
      expect(compareKeys(a, b) === 0).toBe(a === b);
      const sorted = [a, b, c].sort(compareKeys);
      expect(compareKeys(sorted[0]!, sorted[2]!)).toBeLessThanOrEqual(0);
      expect([c, b, a].sort(compareKeys)).toEqual(sorted);
    }),
    { numRuns: 3_000 },
  );
});
