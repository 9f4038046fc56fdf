import { expect, test } from 'vitest';
import { Sampler } from './sampler.ts';

const SAMPLED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const NOT_SAMPLED = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-02';
const HALF = { numerator: 1, denominator: 2 };
const ALL = { numerator: 1, denominator: 1 };

test('the rate decides about requests without a parent, and the parent about the others', () => {
  let random = 0.4;
  const sampler = new Sampler({ sampling: HALF, parent: ALL }, () => random);
  expect(sampler.samples(null)).toBe(true);
  expect(sampler.samples(SAMPLED)).toBe(true);
  expect(sampler.samples(NOT_SAMPLED)).toBe(false);
  random = 0.5;
  expect(sampler.samples(null)).toBe(false);
  expect(sampler.samples(SAMPLED)).toBe(true);
});

test('a rate of their own thins out the requests whose parent is sampled', () => {
  const sampler = new Sampler({ sampling: ALL, parent: HALF }, () => 0.7);
  expect(sampler.samples(SAMPLED)).toBe(false);
  expect(sampler.samples(null)).toBe(true);
});

test('parents that have no say are not listened to', () => {
  const sampler = new Sampler({ sampling: ALL, parent: null }, () => 0.99);
  expect(sampler.samples(NOT_SAMPLED)).toBe(true);
  const never = new Sampler({ sampling: { numerator: 0, denominator: 1 }, parent: null }, () => 0);
  expect(never.samples(SAMPLED)).toBe(false);
});
