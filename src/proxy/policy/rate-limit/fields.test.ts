import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Limit } from '../../../ir/policy/rate-limit.ts';
import { MessageWriter } from '../../http1/writer.ts';
import { Body, ItemName, policyField, RemainingLine, seconds } from './fields.ts';

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

test('an interval that has just begun has its own seconds left, whatever the time is', () => {
  const begun = fc.double({ min: 0, max: 1e10, noNaN: true });
  fc.assert(
    fc.property(begun, fc.integer({ min: 1, max: 86_400 }), (now, interval) => {
      expect(seconds(now + interval * 1_000 - now)).toBe(interval);
    }),
    { examples: [[8_388_607.9, 3_600]], numRuns: 10_000 },
  );
});

test('limits are listed', () => {
  const other = { ...LIMIT, name: 'burst', requests: 5, interval: 500 };
  expect(policyField([LIMIT, other])).toBe('"per-client";q=100;w=90, "burst";q=5;w=1');
});

test.each([0, 4, 10, 99, 12_345, 999_999_999, 1_000_000_000, 9_007_199_254_740_991])(
  'what is left is written: %d',
  (left) => {
    const writer = new MessageWriter();
    const line = new RemainingLine(
      new ItemName('burst'),
      left,
      250,
      new RemainingLine(new ItemName('day'), 1, 86_400_000, null),
    );
    expect(line.value).toBe(`"burst";r=${left};t=1, "day";r=1;t=86400`);
    line.write(writer);
    expect(writer.view().toString()).toBe(`${line.name}: ${line.value}\r\n`);
  },
);

test('a body says what the limit is, and when to come again', () => {
  const text = '{"error": "{limit} per {interval} ({name})", "retry": {retryAfter}, "other": "{other}"}';
  expect(new Body(text, LIMIT).with(7)).toBe('{"error": "100 per 1m30s (per-client)", "retry": 7, "other": "{other}"}');
  expect(new Body('too many', LIMIT).with(7)).toBe('too many');
});
