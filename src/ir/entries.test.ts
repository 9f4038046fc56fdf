import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareKeys, type Entries, withChanges } from './entries.ts';

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

const key = fc.stringMatching(/^[a-c0-2/_]{1,6}$/).map((text) => `/${text}`);
const change = fc.tuple(fc.oneof(key, fc.constant('__proto__')), fc.option(fc.record({ value: fc.nat(2) })));

test('changes are made in a copy, whose keys stay in order', () => {
  fc.assert(
    fc.property(fc.array(change), fc.array(change), (first, second) => {
      const start = withChanges({}, new Map(first));
      const copy = withChanges(start, new Map(second));
      const expected = new Map([...first, ...second]);
      const present = [...expected].filter((one): one is [string, { value: number }] => one[1] !== null);
      const wanted: [string, object][] = present.sort(([a], [b]) => compareKeys(a, b));
      expect(Object.entries(copy satisfies Entries)).toEqual(wanted);
      expect(Object.isFrozen(copy)).toBe(true);
    }),
  );
});
