import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';

const program = `
  import { readdirSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { Priority } from ${JSON.stringify(new URL('./priority.ts', import.meta.url).href)};
  const priority = new Priority();
  const seen = [getPriority()];
  priority.giveWay();
  seen.push(getPriority());
  const threads = readdirSync('/proc/self/task').map((thread) => getPriority(Number(thread)));
  for (let i = 0; i < 3; i++) priority.giveWay();
  seen.push(getPriority());
  console.log(JSON.stringify({ seen, threads }));
`;

test.runIf(process.platform === 'linux')('all threads give way, by a step each time and never too far', async () => {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', program]);
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  const { seen, threads } = JSON.parse(output) as { seen: number[]; threads: number[] };
  const [start, once, often] = seen as [number, number, number];
  expect(once).toBe(Math.min(19, start + 5));
  expect(new Set(threads)).toEqual(new Set([once]));
  expect(often).toBe(Math.min(19, start + 10));
});
