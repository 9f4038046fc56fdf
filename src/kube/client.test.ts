import { expect, test } from 'vitest';
import { remembered } from './client.ts';

test('credentials are asked for again after a while, and at once when that failed', async () => {
  let now = 0;
  let asked = 0;
  const credentials = remembered(
    async () => {
      asked += 1;
      if (asked === 2) throw new Error('no token yet');
      return `token ${asked}`;
    },
    100,
    () => now,
  );
  expect(await credentials()).toBe('token 1');
  now = 99;
  expect(await credentials()).toBe('token 1');
  now = 100;
  await expect(credentials()).rejects.toThrow('no token yet');
  expect(await credentials()).toBe('token 3');
  expect(await credentials()).toBe('token 3');
});
