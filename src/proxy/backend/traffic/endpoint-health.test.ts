import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PassiveHealthCheck } from '../../../ir/traffic.ts';
import { TimerWheel } from '../../timer-wheel.ts';
import { EndpointHealth } from './endpoint-health.ts';

const SETTINGS: PassiveHealthCheck = {
  consecutiveConnectErrors: 2,
  consecutiveServerErrors: 3,
  ejectionDuration: 1_000,
};

let changes: number;
let health: EndpointHealth;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  changes = 0;
  health = new EndpointHealth(new TimerWheel(), () => changes++);
});

afterEach(() => {
  vi.useRealTimers();
});

test('failed connections in a row eject it for a while', () => {
  health.failed(true, SETTINGS);
  health.served();
  health.failed(true, SETTINGS);
  expect(health.isHealthy).toBe(true);
  health.failed(true, SETTINGS);
  expect(health.isHealthy).toBe(false);
  vi.advanceTimersByTime(900);
  expect(health.isHealthy).toBe(false);
  vi.advanceTimersByTime(200);
  expect(health.isHealthy).toBe(true);
  expect(changes).toBe(2);
});

test('failures of both kinds count together, and connections alone too', () => {
  health.failed(false, SETTINGS);
  health.failed(true, SETTINGS);
  expect(health.isHealthy).toBe(true);
  health.failed(false, SETTINGS);
  expect(health.isHealthy).toBe(false);
});

test('what fails while it is ejected does not prolong that', () => {
  for (let index = 0; index < 2; index++) health.failed(true, SETTINGS);
  vi.advanceTimersByTime(500);
  for (let index = 0; index < 5; index++) health.failed(true, SETTINGS);
  vi.advanceTimersByTime(600);
  expect(health.isHealthy).toBe(true);
});

test('checks need as many in a row as their threshold says, either way', () => {
  health.checked(false, 2);
  health.checked(true, 2);
  health.checked(false, 2);
  expect(health.isHealthy).toBe(true);
  health.checked(false, 2);
  expect(health.isHealthy).toBe(false);
  health.checked(true, 2);
  expect(health.isHealthy).toBe(false);
  health.checked(true, 2);
  expect(health.isHealthy).toBe(true);
  expect(changes).toBe(2);
});

test('it is well only when neither requests nor checks say otherwise', () => {
  health.checked(false, 1);
  for (let index = 0; index < 2; index++) health.failed(true, SETTINGS);
  health.checked(true, 1);
  expect(health.isHealthy).toBe(false);
  vi.advanceTimersByTime(1_100);
  expect(health.isHealthy).toBe(true);
  expect(changes).toBe(2);
});

test('without checks, or without counting requests, what they said is forgotten', () => {
  health.checked(false, 1);
  health.unchecked();
  expect(health.isHealthy).toBe(true);
  for (let index = 0; index < 2; index++) health.failed(true, SETTINGS);
  health.forgiven();
  expect(health.isHealthy).toBe(true);
});
