import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { COLLECTION_OF, noResources, parseResource, type Resource } from '../src/api/resources.ts';
import { faultLines } from '../src/command/print/status.ts';
import { DEFAULT_OPTIONS, translate } from '../src/translate/index.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/kinds.md'), 'utf8');
const around: object[] = [
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'headgate' },
    spec: { controllerName: DEFAULT_OPTIONS.controllerName },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { gatewayClassName: 'headgate', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'cart', namespace: 'shop' },
    spec: { ports: [{ port: 8080 }] },
  },
];

test('the examples of docs/kinds.md are valid, and in effect together', () => {
  const examples = Array.from(page.matchAll(/^```yaml\n([\s\S]*?)^```/gm), ([, text]) => parse(text!) as object);
  expect(examples.length).toBe(3);
  const resources = noResources();
  for (const document of [...around, ...examples]) {
    const parsed = parseResource(document);
    expect(parsed).toMatchObject({ ok: true, warnings: [] });
    if (parsed.ok) (resources[COLLECTION_OF[parsed.resource.kind]] as Resource[]).push(parsed.resource);
  }
  const { tables, statuses } = translate(resources, {
    ...DEFAULT_OPTIONS,
    defaultAddresses: ['192.0.2.1'],
    addresses: { 'shop/inside': ['10.96.0.42'] },
    clusterAddresses: { 'shop/inside': ['10.96.0.42'] },
  });
  expect(faultLines(statuses, () => '')).toEqual([]);
  expect(statuses.map(({ kind }) => kind)).toEqual([
    'BackendTLSPolicy',
    'GRPCRoute',
    'Gateway',
    'Gateway',
    'GatewayClass',
  ]);
  const table = tables.find(({ gateway }) => gateway === 'shop/web')!;
  expect(table.rules['grpcroute/shop/cart/rule/0']!.matches[0]!.path).toEqual({
    kind: 'prefix',
    value: '/shop.v1.Cart',
  });
  expect(table.backends['service/shop/cart/8080']!.tls).toMatchObject({
    serverName: 'cart.internal',
    ca: 'system',
  });
});

test('the table of docs/kinds.md is what listeners say', () => {
  for (const [, protocols, kinds] of page.matchAll(/^\| (`(?:HTTP|TLS|TCP|UDP).*?) \| (.*?)(?::.*)? \|$/gm)) {
    for (const [, protocol, mode = 'Terminate'] of protocols!.matchAll(/`([A-Z]+)`(?:, mode `(\w+)`)?/g)) {
      const resources = noResources();
      const [gatewayClass, gateway] = structuredClone(around) as [object, { spec: { listeners: object[] } }];
      const tls = protocol === 'TLS' ? { tls: { mode, certificateRefs: [{ name: 'any' }] } } : {};
      gateway.spec.listeners = [{ name: 'one', port: 80, protocol, ...tls }];
      for (const document of [gatewayClass, gateway]) {
        const parsed = parseResource(document);
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
        (resources[COLLECTION_OF[parsed.resource.kind]] as Resource[]).push(parsed.resource);
      }
      const [status] = translate(resources).statuses;
      if (status?.kind !== 'Gateway') throw new Error('no Gateway');
      expect(status.status.listeners[0]!.supportedKinds.map(({ kind }) => kind).join(', '), protocol).toBe(kinds);
    }
  }
});
