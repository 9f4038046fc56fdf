import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { structural } from '../src/api/policy/crd/schema.ts';
import { gatewayParametersSpecSchema } from '../src/api/policy/gateway-parameters.ts';
import { bytesOf } from '../src/api/policy/value.ts';
import { COLLECTION_OF, noResources, parseResource, type Resource } from '../src/api/resources.ts';
import { standaloneParameters } from '../src/command/standalone/parameters.ts';
import { LIMIT_FLAGS, MESSAGE_LIMIT_FLAGS } from '../src/config/limits.ts';
import { BYTE_FLAGS, COUNT_FLAGS, TIME_FLAGS } from '../src/infra/arguments.ts';
import { translate } from '../src/translate/index.ts';
import { plain, rows } from './markdown.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/gateway-parameters.md'), 'utf8');

test('the example is accepted as it stands, and means what the page says', () => {
  const yaml = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  const resources = noResources();
  for (const document of parseAllDocuments(yaml)) {
    const parsed = parseResource(document.toJS());
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
    expect(parsed.warnings).toEqual([]);
    (resources[COLLECTION_OF[parsed.resource.kind]] as Resource[]).push(parsed.resource);
  }
  const { statuses } = translate(resources);
  const used = statuses.filter(({ kind }) => kind === 'GatewayParameters').map(({ name }) => name);
  expect(used).toEqual(['edge', 'uploads']);
  expect(JSON.stringify(statuses)).not.toContain('InvalidParameters');
  expect(standaloneParameters(resources).args).toEqual([
    '--workers=2',
    '--max-body=10485760',
    '--body-timeout=120000ms',
    '--trusted-proxies=10.0.0.0/8',
    '--access-log=-',
  ]);
});

type Schema = { readonly type?: string; readonly properties?: Record<string, Schema> };

const table = rows(page, '## Fields').map(([field, fallback]) => [plain(field!), fallback!] as const);

test('every field is in the table, in the order of the schema', () => {
  const { properties = {} } = structural(gatewayParametersSpecSchema) as Schema;
  const fields = Object.entries(properties).flatMap(([group, { properties: members }]) =>
    members === undefined ? [group] : Object.keys(members).map((name) => `${group}.${name}`),
  );
  expect(table.map(([field]) => field)).toEqual(fields);
});

test('the defaults of the bounds are those of the proxy', () => {
  const flags = Object.values({ ...LIMIT_FLAGS, ...MESSAGE_LIMIT_FLAGS });
  const groups: Readonly<Record<string, Readonly<Record<string, string>>>>[] = [BYTE_FLAGS, COUNT_FLAGS, TIME_FLAGS];
  for (const group of groups) {
    for (const [name, fields] of Object.entries(group)) {
      for (const [field, flag] of Object.entries(fields)) {
        const told = table.find(([one]) => one === `${name}.${field}`)![1];
        const { schema, fallback } = flags.find((one) => one.name === flag)!;
        const meant = group === BYTE_FLAGS ? String(bytesOf(told)) : told;
        expect(schema.parse(meant), `${name}.${field}`).toBe(schema.parse(fallback));
      }
    }
  }
});
