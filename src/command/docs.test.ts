import { expect, test } from 'vitest';
import { UsageError } from '../config/flag.ts';
import { VERSION } from '../config/version.ts';
import { docs } from './docs.ts';

async function run(args: readonly string[]): Promise<string> {
  let text = '';
  const console = { env: {}, out: (more: string) => (text += more), err: (more: string) => (text += more) };
  expect(await docs.run(args, console)).toBe(0);
  return text;
}

test('lists the pages of this version with their titles', async () => {
  const list = await run([]);
  expect(list.split('\n')[0]).toBe(`Headgate ${VERSION}`);
  expect(list).toMatch(/^access-policy +AccessPolicy: /m);
  expect(list).toMatch(/^decisions\/0009-own-kinds +9\. /m);
});

test('prints a page, and nothing that is none', async () => {
  expect(await run(['access-policy'])).toMatch(new RegExp(`^<!-- Headgate ${VERSION} -->\\n\\n# AccessPolicy: `));
  for (const page of ['nothing', '../README', '/etc/passwd']) {
    await expect(docs.run([page], { env: {}, out: () => {}, err: () => {} })).rejects.toThrow(UsageError);
  }
});
