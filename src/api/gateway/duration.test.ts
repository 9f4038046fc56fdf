import { expect, test } from 'vitest';
import { duration, milliseconds } from './duration.ts';

test.each([
  ['0s', 0],
  ['10s', 10_000],
  ['1m30s', 90_000],
  ['500ms', 500],
  ['1h1m1s1ms', 3_661_001],
  ['99999h', 359_996_400_000],
])('%s is %i ms', (text, length) => {
  expect(duration.safeParse(text).success).toBe(true);
  expect(milliseconds(text)).toBe(length);
});
