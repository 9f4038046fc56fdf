import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { explain } from '../src/command/explain.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/explain.md'), 'utf8');
const [manifests = ''] = Array.from(page.matchAll(/```yaml\n([\s\S]*?)```/g), ([, yaml]) => yaml!);
const shown = Array.from(page.matchAll(/`headgate explain -f users\.yaml ([^`]*)`[\s\S]*?```text\n([\s\S]*?)```/g));

async function run(args: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-explain-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'users.yaml');
  writeFileSync(file, manifests);
  let text = '';
  const console = { env: {}, out: (more: string) => (text += more), err: (more: string) => (text += more) };
  expect(await explain.run(['-f', file, ...args], console)).toBe(0);
  return text;
}

test('the page shows two requests', () => {
  expect(shown).toHaveLength(2);
});

test.each(shown.map(([, args, output]) => [args!, output!]))('explain %s', async (args, output) => {
  expect(await run(args.split(' '))).toBe(output);
});

test('JSON and YAML have the same, and nothing of a Secret', async () => {
  const args = shown[0]![1]!.split(' ');
  const json = await run([...args, '-o', 'json']);
  const yaml = await run([...args, '-o', 'yaml']);
  const [gateway] = (JSON.parse(json) as { gateways: { policies: object[]; hasLostPolicies: boolean }[] }).gateways;
  expect(gateway!.hasLostPolicies).toBe(true);
  expect(gateway!.policies).toContainEqual({
    kind: 'AccessPolicy',
    name: 'shop/keys',
    mode: 'Defaults',
    target: { kind: 'Gateway', name: 'shop/web', sectionName: null },
    backend: null,
    outcome: 'Lost',
    reason: 'LessSpecific',
    message: 'AccessPolicy shop/office is for the rule',
  });
  expect(yaml).toContain('kind: BackendTrafficPolicy');
  for (const text of [json, yaml, await run(args)]) {
    expect(text).not.toContain('only ada knows');
    expect(text).not.toContain(Buffer.from('only ada knows').toString('base64'));
  }
});
