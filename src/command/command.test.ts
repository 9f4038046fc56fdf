import { expect, test } from 'vitest';
import { runCommand } from './command.ts';
import { allCommands } from './index.ts';

const COMMANDS = await allCommands();

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await runCommand(COMMANDS, args, {
    env: {},
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return { code, ...said };
}

const names = COMMANDS.map(({ name }) => name);

test('without a command: the list of commands, exit 2', async () => {
  const { code, out, err } = await run();
  expect([code, out]).toEqual([2, '']);
  for (const name of names) expect(err).toMatch(new RegExp(`^  ${name} `, 'm'));
});

test.each([['--help'], ['-h'], ['help']])('%s lists the commands', async (argument) => {
  const { code, out } = await run(argument);
  expect(code).toBe(0);
  for (const name of names) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
});

test.each(names)('%s --help explains it', async (name) => {
  const { code, out, err } = await run(name, '--help');
  expect([code, err]).toEqual([0, '']);
  expect(out).toMatch(new RegExp(`^Usage: headgate ${name} `));
  expect(out).toMatch(/\nExamples:\n {2}headgate /);
  expect((await run('help', name)).out).toBe(out);
  expect((await run(name, '--whatever', '-h')).out).toBe(out);
});

test.each(names)('%s --unknown is refused, exit 2', async (name) => {
  expect(await run(name, '--unknown')).toEqual({
    code: 2,
    out: '',
    err: `headgate ${name}: Unknown option '--unknown'\nheadgate ${name} --help lists what is allowed.\n`,
  });
});

test('an unknown command is refused, exit 2', async () => {
  const { code, err } = await run('serve');
  expect(code).toBe(2);
  expect(err).toMatch(/^headgate: unknown command "serve"\n/);
});
