import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type Bound, begin, block, type Interval, isOver, machineTime } from './bound.ts';

/** What became of requests at the given times: the status of each. */
function timeline(bound: Bound, times: readonly number[]): string {
  const interval: Interval = { left: 0, end: 0, blockedUntil: 0 };
  return times
    .map((now) => {
      if (isOver(interval, now)) begin(interval, bound, now);
      else if (interval.blockedUntil !== 0) return '-';
      if (interval.left > 0) {
        interval.left--;
        return '+';
      }
      block(interval, bound, now);
      return '-';
    })
    .join('');
}

describe('an interval', () => {
  test('lets through what it may, and begins again when it ends', () => {
    const bound = { requests: 2, interval: 60, penalty: 0 };
    expect(timeline(bound, [100, 110, 120, 159.9, 160, 161, 162, 219, 220])).toBe('++--++--+');
  });

  test('is cut short by a penalty, after which a new one begins', () => {
    const bound = { requests: 2, interval: 60, penalty: 5 };
    // Blocked from 20 to 25, then a full interval from 26 on.
    expect(timeline(bound, [0, 1, 20, 24.9, 26, 27, 28, 32.9, 33])).toBe('++--++--+');
  });

  test('is followed by the whole of a penalty that is longer', () => {
    const bound = { requests: 1, interval: 1, penalty: 30 };
    expect(timeline(bound, [0, 0.5, 1.5, 30.4, 30.5])).toBe('+---+');
  });

  test('is not blocked for longer by requests that are refused', () => {
    const bound = { requests: 1, interval: 60, penalty: 5 };
    expect(timeline(bound, [0, 1, 2, 3, 4, 5, 6])).toBe('+-----+');
  });
});

test('the clock is that of every process of the machine', () => {
  const before = machineTime();
  const path = new URL('./bound.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(path)}).then(({ machineTime }) => console.log(machineTime()))`;
  const other = Number(spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stdout);
  expect(other).toBeGreaterThan(before);
  expect(other).toBeLessThan(machineTime());
});
