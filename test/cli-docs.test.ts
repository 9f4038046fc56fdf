import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allCommands } from '../src/command/index.ts';
import { parseSettings } from '../src/config/flag.ts';

const COMMANDS = await allCommands();

const text = readFileSync(join(import.meta.dirname, '../docs/cli.md'), 'utf8');

/** The lines of its shell blocks, and the examples of the commands that need a cluster. */
const IN_CLUSTER = COMMANDS.filter(({ flags }) => 'installation' in flags);
const documented = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.trim().split('\n'));
const lines = [...documented, ...IN_CLUSTER.flatMap(({ examples }) => examples)];

test('every command for a cluster is described', () => {
  expect(IN_CLUSTER.map(({ name }) => name)).toEqual(['explain', 'status', 'history', 'diff', 'rollback', 'resume']);
  for (const { name } of IN_CLUSTER) {
    expect(documented.some((line) => line.startsWith(`headgate ${name} `) || line === `headgate ${name}`)).toBe(true);
  }
});

test.each(lines)('%s', (line) => {
  const [program, name, ...args] = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  expect(program).toBe('headgate');
  const command = COMMANDS.find((one) => one.name === name)!;
  expect(() => parseSettings(command.flags, args, {}, { min: 0, max: 3, names: '' })).not.toThrow();
});
