import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { structural } from '../src/api/policy/crd/schema.ts';
import { gatewayParametersSpecSchema } from '../src/api/policy/gateway-parameters.ts';
import { bytesOf } from '../src/api/policy/value.ts';
import { COLLECTION_OF, noResources, parseResource, type Resource } from '../src/api/resources.ts';
import { standaloneParameters } from '../src/command/standalone/parameters.ts';
import { LIMIT_FLAGS, MESSAGE_LIMIT_FLAGS, STREAM_FLAGS } from '../src/config/limits.ts';
import { BYTE_FLAGS, COUNT_FLAGS, TIME_FLAGS } from '../src/infra/arguments.ts';
import { translate } from '../src/translate/index.ts';
import { plain, rows } from './markdown.ts';
import { startBackend } from './requirements/backend.ts';
import { route, startGateway } from './requirements/gateway.ts';

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

test('the example is served, within the bounds that it sets', async () => {
  const uploads = await startBackend();
  const yaml = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  const folder = mkdtempSync(join(tmpdir(), 'headgate-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const gateway = await startGateway(
    [
      yaml,
      uploads.service('uploads', { namespace: 'shop' }),
      route('uploads', '/', 'uploads').replace('name: uploads', 'name: uploads\n  namespace: shop'),
    ],
    { flags: ['--access-log', join(folder, 'access.log')] },
  );
  expect(gateway.condition('GatewayParameters', 'infra/edge', 'Accepted')).toMatchObject({ status: 'True' });
  const upload = (size: number) => gateway.request('POST', '/', { body: Buffer.alloc(size) });
  expect(await upload(1024)).toMatchObject({ status: 200 });
  expect(await upload(10 * 1024 * 1024 + 1)).toMatchObject({ status: 413 });
  // Nobody from here is trusted with X-Forwarded-For.
  await gateway.request('GET', '/', { headers: { 'X-Forwarded-For': '192.0.2.7' } });
  expect(uploads.last.header('x-forwarded-for')).toBe('127.0.0.1');
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
  const flags = Object.values({ ...LIMIT_FLAGS, ...MESSAGE_LIMIT_FLAGS, ...STREAM_FLAGS });
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
