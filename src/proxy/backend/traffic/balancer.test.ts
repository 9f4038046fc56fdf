import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type BalancedRequest,
  ConsistentHash,
  First,
  LeastRequest,
  RandomOfTwo,
  WeightedRoundRobin,
} from './balancer.ts';
import { EndpointLoad } from './endpoint-load.ts';

const candidates = (...weights: number[]) =>
  weights.map((weight, index) => {
    const load = new EndpointLoad(`10.0.0.${index + 1}:80`);
    load.weight = weight;
    return { load };
  });

const request = (key: string | null): BalancedRequest => ({
  header: () => key,
  cookie: () => key,
  clientAddress: key ?? '',
});
const ANY = request(null);

test('a weighted round robin gives each its share of every round', () => {
  const some = candidates(3, 1, 2);
  const balancer = new WeightedRoundRobin();
  for (let round = 0; round < 3; round++) {
    const counts = [0, 0, 0];
    for (let index = 0; index < 6; index++) counts[balancer.pick(some, [])]!++;
    expect(counts).toEqual([3, 1, 2]);
  }
});

test('least request takes the freest, the first of several, and counts by weight', () => {
  const some = candidates(1, 1, 1);
  const balancer = new LeastRequest();
  expect(balancer.pick(some, [])).toBe(0);
  some[0]!.load.requests = 1;
  expect(balancer.pick(some, [])).toBe(1);
  some[1]!.load.requests = 1;
  some[2]!.load.requests = 1;
  expect(balancer.pick(some, [])).toBe(0);
  some[2]!.load.weight = 3;
  expect(balancer.pick(some, [])).toBe(2);
});

test('of two that were drawn the freer one is taken', () => {
  const some = candidates(1, 1, 1, 1);
  some[0]!.load.requests = 5;
  const drawn = [0, 0.5];
  const balancer = new RandomOfTwo(() => drawn.shift()!);
  expect(balancer.pick(some, [])).toBe(2);
});

test('the first one is always the first', () => {
  const some = candidates(1, 1, 1);
  const balancer = new First();
  expect([0, 0, 0].map(() => balancer.pick(some, []))).toEqual([0, 0, 0]);
  expect(balancer.pick(some, [some[0]!])).toBe(1);
  expect(balancer.pick(some, some)).toBe(0);
});

test('an endpoint that goes moves its own keys only', () => {
  const some = candidates(1, 1, 1, 1, 1);
  const fewer = some.filter((_, index) => index !== 2);
  const balancer = new ConsistentHash({ kind: 'header', name: 'x-user' });
  const counts = [0, 0, 0, 0, 0];
  for (let index = 0; index < 5_000; index++) {
    const before = balancer.pick(some, [], request(`user-${index}`));
    counts[before]!++;
    const after = fewer[balancer.pick(fewer, [], request(`user-${index}`))];
    if (before !== 2) expect(after).toBe(some[before]);
  }
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test('weights share out the keys', () => {
  const some = candidates(1, 4);
  const balancer = new ConsistentHash({ kind: 'sourceIP' });
  const counts = [0, 0];
  for (let index = 0; index < 5_000; index++) counts[balancer.pick(some, [], request(`192.0.2.${index}`))]!++;
  expect(Math.abs(counts[0]! - 1_000)).toBeLessThan(150);
});

test('requests without a key take turns', () => {
  const some = candidates(1, 1, 1);
  const balancer = new ConsistentHash({ kind: 'cookie', name: 'user' });
  expect(new Set([0, 0, 0].map(() => balancer.pick(some, [], ANY))).size).toBe(3);
});

test('what has failed is not asked again while there are others', () => {
  const balancers = [
    new WeightedRoundRobin(),
    new LeastRequest(),
    new RandomOfTwo(),
    new First(),
    new ConsistentHash({ kind: 'header', name: 'x' }),
    new ConsistentHash({ kind: 'sourceIP' }),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...balancers),
      fc.array(fc.record({ weight: fc.integer({ min: 1, max: 9 }), isTried: fc.boolean() }), {
        minLength: 1,
        maxLength: 8,
      }),
      fc.option(fc.string()),
      (balancer, endpoints, key) => {
        const some = candidates(...endpoints.map(({ weight }) => weight));
        const tried = some.filter((_, index) => endpoints[index]!.isTried);
        const picked = some[balancer.pick(some, tried, request(key))];
        expect(picked).toBeDefined();
        if (tried.length < some.length) expect(tried).not.toContain(picked);
      },
    ),
  );
});
