import { expect, test } from 'vitest';
import { ageOf, byAge, type Metadata } from './object.ts';
import { ruleOrder } from './precedence.ts';

const named = (name: string, creationTimestamp?: string): Metadata => ({ namespace: 'shop', name, creationTimestamp });

test('a creation time is in UTC to the second, whatever it was written in', () => {
  expect(ageOf(named('a', '2026-01-02T03:04:05Z'))).toBe('2026-01-02T03:04:05Z');
  expect(ageOf(named('a', '2026-01-02T03:04:05.678+02:00'))).toBe('2026-01-02T01:04:05Z');
  expect(ageOf(named('a', 'yesterday'))).toBe('');
  expect(ageOf(named('a'))).toBe('');
});

test('the older object comes first, then the name', () => {
  const objects = [
    named('c', '2026-01-01T00:00:00Z'),
    named('a', '2026-01-02T00:00:00Z'),
    named('b', '2026-01-01T00:00:00Z'),
    named('z'),
  ];
  expect(objects.sort(byAge).map(({ name }) => name)).toEqual(['z', 'b', 'c', 'a']);
});

test('the order of rules compares as a string as the Gateway API compares routes', () => {
  const orders = [
    ruleOrder(named('cart', '2026-01-01T00:00:00Z'), 0),
    ruleOrder(named('cart', '2026-01-01T00:00:00Z'), 9),
    ruleOrder(named('cart', '2026-01-01T00:00:00Z'), 10),
    ruleOrder(named('cart-2', '2026-01-01T00:00:00Z'), 0),
    ruleOrder(named('cart.2', '2026-01-01T00:00:00Z'), 0),
    ruleOrder(named('cart2', '2026-01-01T00:00:00Z'), 0),
    ruleOrder(named('a', '2026-01-01T00:00:01Z'), 0),
  ];
  expect([...orders].reverse().sort()).toEqual(orders);
});
