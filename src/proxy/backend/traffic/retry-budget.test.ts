import { expect, test } from 'vitest';
import { RetryBudget } from './retry-budget.ts';
import { RollingCount } from './rolling-count.ts';

test('a count forgets what is older than its interval', () => {
  const count = new RollingCount(1_000);
  count.add(0);
  count.add(500);
  expect(count.total(999)).toBe(2);
  expect(count.total(1_000)).toBe(1);
  expect(count.total(1_500)).toBe(0);
  count.add(1_600);
  expect(count.total(100_000)).toBe(0);
  count.add(100_000);
  expect(count.total(100_050)).toBe(1);
});

test('retries are a part of the requests, and a few are always allowed', () => {
  const budget = new RetryBudget({ percent: 20, interval: 10_000, minCount: 2, minInterval: 1_000 });
  for (let index = 0; index < 20; index++) budget.noteRequest(5_000);
  const taken = Array.from({ length: 8 }, () => budget.take(5_000));
  // Two for nothing, and up to 20 % of 20 in all.
  expect(taken).toEqual([true, true, true, true, false, false, false, false]);
  expect([budget.take(6_100), budget.take(6_100), budget.take(6_100)]).toEqual([true, true, false]);
});

test('without a minimum there is no retry before there are enough requests', () => {
  const budget = new RetryBudget({ percent: 50, interval: 10_000, minCount: 0, minInterval: 1_000 });
  budget.noteRequest(0);
  expect(budget.take(0)).toBe(false);
  budget.noteRequest(0);
  expect(budget.take(0)).toBe(true);
});
