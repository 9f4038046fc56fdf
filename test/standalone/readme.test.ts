import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freeOffset, Headgate, ROOT } from './headgate.ts';

const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
const scripts = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts as Record<string, string>;

test('the demo prints what the README shows', async () => {
  const shown = /<!-- demo -->\n```\n([\s\S]*?)```\n<!-- \/demo -->/.exec(text)?.[1];
  const port = 80 + (await freeOffset());
  const { code, out } = await new Headgate(['demo', '--once', '--port', String(port)]).finished();
  const usual = out.replaceAll(String(port + 363), '8443').replaceAll(String(port), '8080');
  expect(usual.trim()).toBe(shown?.trim());
  expect(code).toBe(0);
});

test('every npm script that the README names is one', () => {
  const named = [...text.matchAll(/npm (?:run (?:--silent )?([a-z:]+)|(test))/g)].map(([, run, own]) => run ?? own!);
  expect(named.length).toBeGreaterThan(5);
  for (const name of named) expect(scripts).toHaveProperty([name]);
});

const commands = [...text.matchAll(/^npm run --silent headgate -- (.*)$/gm)].map(([, line]) => line!.split(' '));

test.each(commands)('headgate %s', async (command, ...args) => {
  if (command === 'standalone') {
    const own = ['--port-offset', String(await freeOffset()), '--admin', '127.0.0.1:0'];
    const running = new Headgate([command, ...args, ...own]);
    await running.said(/admin: http/);
    running.signal('SIGTERM');
    expect((await running.finished()).code).toBe(0);
  } else {
    const { code, err } = await new Headgate([command!, ...args]).finished();
    expect([code, err]).toEqual([0, '']);
  }
});
