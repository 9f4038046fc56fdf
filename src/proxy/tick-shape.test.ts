import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** An idle process that is collected now and then, and what a tick costs in it afterwards, in µs. */
const PROGRAM = `
const [path, holds] = process.argv.slice(1);
const { holdTickShape } = await import(path);
const step = () => {};
const ticks = (count) => new Promise((resolve) => {
  for (let i = 0; i < count; i++) process.nextTick(step, 1, 2);
  setTimeout(resolve, 1);
});
if (holds === 'true') holdTickShape();
for (let i = 0; i < 4; i++) {
  await ticks(40);
  gc();
}
for (let i = 0; i < 200; i++) await ticks(200);
const before = process.cpuUsage().user;
for (let i = 0; i < 200; i++) await ticks(500);
console.log((process.cpuUsage().user - before) / 100_000);
`;

function cost(holds: boolean): number {
  const path = join(import.meta.dirname, 'tick-shape.ts');
  const args = ['--expose-gc', '--input-type=module', '--eval', PROGRAM, '--', path, String(holds)];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

/** When this fails because both are fast, Node no longer needs it. */
test('ticks stay cheap in a process that was idle', () => {
  expect(cost(true)).toBeLessThan(cost(false) / 2);
});
