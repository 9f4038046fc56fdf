import { expect, test } from 'vitest';
import type { Limit } from '../../../ir/policy/rate-limit.ts';
import { Body, item, policyField, seconds } from './fields.ts';

const LIMIT: Limit = {
  name: 'per-client',
  requests: 100,
  interval: 90_000,
  intervalText: '1m30s',
  penalty: null,
  key: { kind: 'source-ip' },
  scope: 'route',
};

test('seconds are whole, and enough', () => {
  expect([-1, 0, 1, 999, 1_000, 1_001].map(seconds)).toEqual([0, 0, 1, 1, 1, 2]);
});

test('limits are listed', () => {
  const other = { ...LIMIT, name: 'burst', requests: 5, interval: 500 };
  expect(policyField([LIMIT, other])).toBe('"per-client";q=100;w=90, "burst";q=5;w=1');
  expect(item('"burst"', 4, 250)).toBe('"burst";r=4;t=1');
});

test('a body says what the limit is, and when to come again', () => {
  const text = '{"error": "{limit} per {interval} ({name})", "retry": {retryAfter}, "other": "{other}"}';
  expect(new Body(text, LIMIT).with(7)).toBe('{"error": "100 per 1m30s (per-client)", "retry": 7, "other": "{other}"}');
  expect(new Body('too many', LIMIT).with(7)).toBe('too many');
});
