import { expect, test } from 'vitest';
import { COLLECTION_OF, noResources, parseResource, type Resource, type Resources } from '../api/resources.ts';
import { DEFAULT_OPTIONS, translate } from './index.ts';

const GATEWAY_API = 'gateway.networking.k8s.io/v1';

const DOCUMENTS = [
  {
    apiVersion: GATEWAY_API,
    kind: 'GatewayClass',
    metadata: { name: 'headgate' },
    spec: { controllerName: 'headgate.dev/gateway-controller' },
  },
  {
    apiVersion: GATEWAY_API,
    kind: 'Gateway',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { gatewayClassName: 'headgate', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  },
  {
    apiVersion: GATEWAY_API,
    kind: 'HTTPRoute',
    metadata: { name: 'stock', namespace: 'shop' },
    spec: {
      parentRefs: [{ name: 'web' }],
      rules: [{ backendRefs: [{ name: 'stock', namespace: 'other', port: 80 }] }],
    },
  },
  {
    apiVersion: GATEWAY_API,
    kind: 'ReferenceGrant',
    metadata: { name: 'grant', namespace: 'other' },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'shop' }],
      to: [{ group: '', kind: 'Service' }],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'stock', namespace: 'other' },
    spec: { ports: [{ port: 80 }] },
  },
  endpointSlice('10.0.0.1'),
];

function endpointSlice(address: string) {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'stock-1', namespace: 'other', labels: { 'kubernetes.io/service-name': 'stock' } },
    addressType: 'IPv4',
    ports: [{ port: 8080 }],
    endpoints: [{ addresses: [address] }],
  };
}

function parse(document: unknown): Resource {
  const parsed = parseResource(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return parsed.resource;
}

function resourcesOf(objects: readonly Resource[]): Resources {
  const resources = noResources();
  for (const object of objects) (resources[COLLECTION_OF[object.kind]] as Resource[]).push(object);
  return resources;
}

const WORLD = DOCUMENTS.map(parse);
const RULE = 'httproute/shop/stock/rule/0';

const table = (objects: readonly Resource[]) => translate(resourcesOf(objects), DEFAULT_OPTIONS).tables[0]!;

test('taking a grant away takes the backend away, though the route is the same object', () => {
  expect(table(WORLD).rules[RULE]!.backends[0]!.backend).toBe('service/other/stock/80');
  const revoked = table(WORLD.filter(({ kind }) => kind !== 'ReferenceGrant'));
  expect(revoked.rules[RULE]!.backends[0]).toMatchObject({
    backend: null,
    failure: { status: 500, reason: 'RefNotPermitted' },
  });
  expect(revoked.backends).toEqual({});
  expect(table(WORLD).rules[RULE]!.backends[0]!.backend).toBe('service/other/stock/80');
});

test('a pod that comes or goes changes the endpoints and nothing else', () => {
  const before = table(WORLD);
  const moved = parse(endpointSlice('10.0.0.2'));
  const after = table([...WORLD.filter(({ kind }) => kind !== 'EndpointSlice'), moved]);
  expect(after.endpoints['service/other/stock/80']!.addresses.map(({ address }) => address)).toEqual(['10.0.0.2']);
  expect(after.rules[RULE]).toBe(before.rules[RULE]);
  expect(after.backends).toEqual(before.backends);
});

test('a listener that changes changes the rules that are attached to it', () => {
  const gateway = parse({
    ...DOCUMENTS[1],
    spec: {
      gatewayClassName: 'headgate',
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP', hostname: 'shop.example' }],
    },
  });
  const before = table(WORLD);
  const after = table([...WORLD.filter(({ kind }) => kind !== 'Gateway'), gateway]);
  expect(before.rules[RULE]!.attachments).toEqual([
    { listener: 'gateway/shop/web/http', hostname: '', routeHostname: '' },
  ]);
  expect(after.rules[RULE]!.attachments).toEqual([
    { listener: 'gateway/shop/web/http', hostname: 'shop.example', routeHostname: '' },
  ]);
});

test('no objects, no tables', () => {
  expect(translate(noResources(), DEFAULT_OPTIONS)).toEqual({ tables: [], statuses: [] });
});
