import { expect, test, vi } from 'vitest';
import { Batch } from './batch.ts';

const tick = (milliseconds = 10) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('many changes make one run, and changes during a run make one more', async () => {
  let runs = 0;
  let release = () => {};
  const batch = new Batch(
    () =>
      new Promise<void>((resolve) => {
        runs += 1;
        release = resolve;
      }),
    () => {},
  );
  batch.changed();
  await tick();
  expect(runs).toBe(0);
  batch.start();
  for (let i = 0; i < 100; i++) batch.changed();
  await vi.waitFor(() => expect(runs).toBe(1));
  for (let i = 0; i < 100; i++) batch.changed();
  await tick();
  expect(runs).toBe(1);
  release();
  await vi.waitFor(() => expect(runs).toBe(2));
  release();
  await tick();
  expect(runs).toBe(2);
  batch.stop();
});

test('work that throws is told and does not end the loop', async () => {
  const failures: unknown[] = [];
  const batch = new Batch(
    () => {
      throw new Error('once');
    },
    (error) => failures.push(error),
  );
  batch.start();
  await vi.waitFor(() => expect(failures).toHaveLength(1));
  batch.changed();
  await vi.waitFor(() => expect(failures).toHaveLength(2));
  batch.stop();
});

test('work that throws is run again although nothing changes', async () => {
  let runs = 0;
  const batch = new Batch(
    () => {
      runs += 1;
      if (runs < 3) throw new Error('twice');
    },
    () => {},
    1,
    20,
  );
  batch.start();
  await vi.waitFor(() => expect(runs).toBe(3));
  await tick(60);
  expect(runs).toBe(3);
  batch.stop();
});
