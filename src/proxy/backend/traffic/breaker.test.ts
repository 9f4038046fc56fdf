import { expect, test } from 'vitest';
import type { CircuitBreaker } from '../../../ir/traffic.ts';
import { Breaker, REFUSED } from './breaker.ts';

const SETTINGS: CircuitBreaker = {
  scope: 'Backend',
  consecutiveFailures: 3,
  failureRatio: null,
  openDuration: 5_000,
  halfOpenRequests: 1,
  failureCodes: [500],
};

function fail(breaker: Breaker, times: number, now: number): void {
  for (let index = 0; index < times; index++) breaker.failedAt(breaker.admit(now), now);
}

test('the third failure in a row opens it, and a success in between starts anew', () => {
  const breaker = new Breaker(SETTINGS);
  fail(breaker, 2, 0);
  breaker.succeeded(breaker.admit(0), 0);
  fail(breaker, 2, 0);
  expect(breaker.isClosed).toBe(true);
  fail(breaker, 1, 0);
  expect(breaker.admit(0)).toBe(REFUSED);
  expect(breaker.retryAfter(0)).toBe(5);
  expect(breaker.admit(4_999)).toBe(REFUSED);
  expect(breaker.retryAfter(4_999)).toBe(1);
});

test('after its time one request is let through: success closes', () => {
  const breaker = new Breaker(SETTINGS);
  fail(breaker, 3, 0);
  const probe = breaker.admit(5_000);
  expect(probe).not.toBe(REFUSED);
  expect(breaker.admit(5_000)).toBe(REFUSED);
  breaker.succeeded(probe, 5_010);
  expect(breaker.isClosed).toBe(true);
});

test('a probe that fails opens it anew, for its whole time', () => {
  const breaker = new Breaker(SETTINGS);
  fail(breaker, 3, 0);
  breaker.failedAt(breaker.admit(6_000), 6_100);
  expect(breaker.admit(11_000)).toBe(REFUSED);
  expect(breaker.admit(11_100)).not.toBe(REFUSED);
});

test('a probe whose client has gone makes room for another one', () => {
  const breaker = new Breaker(SETTINGS);
  fail(breaker, 3, 0);
  breaker.abandoned(breaker.admit(5_000));
  expect(breaker.isClosed).toBe(false);
  expect(breaker.admit(5_001)).not.toBe(REFUSED);
});

test('what set out before it opened decides nothing', () => {
  const breaker = new Breaker(SETTINGS);
  const early = breaker.admit(0);
  fail(breaker, 3, 0);
  breaker.succeeded(early, 100);
  expect(breaker.admit(100)).toBe(REFUSED);
  const probe = breaker.admit(5_000);
  breaker.failedAt(early, 5_000);
  breaker.abandoned(early);
  expect(breaker.admit(5_000)).toBe(REFUSED);
  breaker.succeeded(probe, 5_000);
  expect(breaker.isClosed).toBe(true);
});

test('several probes may be asked for, and all of them must succeed', () => {
  const breaker = new Breaker({ ...SETTINGS, halfOpenRequests: 2 });
  fail(breaker, 3, 0);
  const one = breaker.admit(5_000);
  const two = breaker.admit(5_000);
  expect(breaker.admit(5_000)).toBe(REFUSED);
  breaker.succeeded(one, 5_000);
  expect(breaker.isClosed).toBe(false);
  breaker.succeeded(two, 5_000);
  expect(breaker.isClosed).toBe(true);
});

test('a ratio needs its part of enough requests within the interval', () => {
  const ratio = { percent: 50, interval: 10_000, minimumRequests: 10 };
  const breaker = new Breaker({ ...SETTINGS, consecutiveFailures: 0, failureRatio: ratio });
  fail(breaker, 9, 0);
  expect(breaker.isClosed).toBe(true);
  // The interval has passed: those nine are forgotten.
  for (let index = 0; index < 6; index++) breaker.succeeded(breaker.admit(20_000), 20_000);
  fail(breaker, 5, 20_000);
  expect(breaker.isClosed).toBe(true);
  fail(breaker, 1, 20_000);
  expect(breaker.isClosed).toBe(false);
});

test('it is counted while it is not closed', () => {
  const counts = { openCircuits: 0, openings: 0 };
  const breaker = new Breaker(SETTINGS, counts);
  fail(breaker, 3, 0);
  breaker.failedAt(breaker.admit(5_000), 5_000);
  expect(counts).toEqual({ openCircuits: 1, openings: 2 });
  breaker.succeeded(breaker.admit(10_000), 10_000);
  expect(counts.openCircuits).toBe(0);
  fail(breaker, 3, 10_000);
  breaker.forget();
  expect(counts.openCircuits).toBe(0);
});
