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
