import { expect, test } from 'vitest';
import { headgate } from './headgate.ts';

test('help, version and mistakes have their exit codes', async () => {
  const help = await headgate('standalone', '--help');
  expect([help.code, help.err]).toEqual([0, '']);
  expect(help.out).toMatch(/^Usage: headgate standalone -f PATH/);
  const version = await headgate('--version');
  expect(version.code).toBe(0);
  expect(version.out).toMatch(/^headgate \d+\.\d+\.\d+\n$/);
  const mistake = await headgate('standalone', '--unknown');
  expect([mistake.code, mistake.out]).toEqual([2, '']);
  expect(mistake.err).toMatch(/^headgate standalone: Unknown option '--unknown'\n/);
});
