import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/command/index.ts';
import { headgate } from './headgate.ts';

test('without a command: the list of commands, exit 2', async () => {
  const { code, err } = await headgate();
  expect(code).toBe(2);
  for (const { name } of COMMANDS) expect(err).toMatch(new RegExp(`^  ${name} `, 'm'));
  expect((await headgate('--help')).code).toBe(0);
});

test.each(COMMANDS.map(({ name }) => name))('%s --help explains it', async (name) => {
  const { code, out, err } = await headgate(name, '--help');
  expect(code).toBe(0);
  expect(err).toBe('');
  expect(out).toMatch(new RegExp(`^Usage: headgate ${name} `));
  expect(out).toMatch(/\nExamples:\n {2}headgate /);
});

test.each(COMMANDS.map(({ name }) => name))('%s --unknown is refused, exit 2', async (name) => {
  const { code, err } = await headgate(name, '--unknown');
  expect(code).toBe(2);
  expect(err).toBe(`headgate ${name}: Unknown option '--unknown'\nheadgate ${name} --help lists what is allowed.\n`);
});

test('an unknown command is refused, exit 2', async () => {
  const { code, err } = await headgate('serve');
  expect(code).toBe(2);
  expect(err).toMatch(/^headgate: unknown command "serve"\n/);
});
