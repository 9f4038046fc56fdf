import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Deadline } from './deadline.ts';

const late = new Error('late');

test('what takes too long is aborted, with the reason that it has', async () => {
  const { signal } = new Deadline(5, late, null);
  expect(signal.aborted).toBe(false);
  await expect.poll(() => signal.aborted).toBe(true);
  expect(signal.reason).toBe(late);
});

test('what is part of something else is aborted with it, also when that was before', () => {
  const whole = new AbortController();
  const during = new Deadline(60_000, late, whole.signal);
  whole.abort(new Error('stopped'));
  const after = new Deadline(60_000, late, whole.signal);
  for (const deadline of [during, after]) {
    expect(deadline.signal.reason).toEqual(new Error('stopped'));
    deadline.clear();
  }
});

test('nothing is aborted any more once it is cleared', async () => {
  const whole = new AbortController();
  const deadline = new Deadline(5, late, whole.signal);
  deadline.clear();
  whole.abort();
  await sleep(20);
  expect(deadline.signal.aborted).toBe(false);
});
