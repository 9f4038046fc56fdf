import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Flags, variableOf } from '../../src/config/flag.ts';
import { STANDALONE_FLAGS } from '../../src/config/standalone.ts';
import { freeOffset, Headgate, ROOT } from './headgate.ts';

const text = readFileSync(join(ROOT, 'docs/standalone.md'), 'utf8');

/** The lines of its shell blocks. */
const lines = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.trim().split('\n'));

/** Splits as a shell does, as far as the lines need it. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

test('the document has command lines', () => {
  expect(lines.length).toBeGreaterThan(6);
  for (const line of lines) expect(line).toMatch(/^headgate /);
});

test.each(lines)('%s', async (line) => {
  const [, command, ...args] = words(line);
  if (command === 'standalone') {
    // Only where it listens is changed, so that the test disturbs nobody.
    const own = ['--port-offset', String(await freeOffset()), '--admin', '127.0.0.1:0', '--workers', '1'];
    const running = new Headgate([command, ...args, ...own]);
    await running.said(/admin: http/);
    running.signal('SIGTERM');
    expect((await running.finished()).code).toBe(0);
    return;
  }
  const own = command === 'demo' ? ['--port', String(80 + (await freeOffset())), '--workers', '1'] : [];
  const { code, err } = await new Headgate([command!, ...args, ...own]).finished();
  expect(err).toBe('');
  expect(code).toBe(0);
});

test('every flag of standalone is described as its help has it', () => {
  const flags: Flags = STANDALONE_FLAGS;
  const rows = Object.values(flags).map((flag) => {
    const short = flag.short === undefined ? '' : `-${flag.short}, `;
    const name = `${short}--${flag.name}${flag.value === null ? '' : ` ${flag.value}`}`;
    return `| \`${name}\` | \`${variableOf(flag)}\` | ${flag.fallback ?? ''} | ${flag.about} |`;
  });
  const wanted = ['| flag | variable | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
  expect(/<!-- flags -->\n([\s\S]*?)\n<!-- \/flags -->/.exec(text)?.[1]).toBe(wanted);
});
