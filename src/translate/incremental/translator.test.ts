import { beforeEach, describe, expect, test } from 'vitest';
import {
  COLLECTION_OF,
  type Kind,
  noResources,
  parseResource,
  type Resource,
  type Resources,
} from '../../api/resources.ts';
import { DEFAULT_OPTIONS, type TranslateOptions, translate } from '../index.ts';
import { changesBetween } from './changes.ts';
import { IncrementalTranslator, type TranslationStep } from './translator.ts';

const GATEWAY_API = 'gateway.networking.k8s.io/v1';

function parsed<K extends Kind>(raw: Record<string, unknown> & { kind: K }): Extract<Resource, { kind: K }> {
  const result = parseResource(raw);
  if (!result.ok) throw new Error(JSON.stringify(result.issues));
  return result.resource as Extract<Resource, { kind: K }>;
}

const gatewayClass = (name = 'headgate') =>
  parsed({
    apiVersion: GATEWAY_API,
    kind: 'GatewayClass',
    metadata: { name },
    spec: { controllerName: DEFAULT_OPTIONS.controllerName },
  });

const namespace = (name: string, labels: object) =>
  parsed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });

const gateway = (name: string, listener: object = {}, metadata: object = {}) =>
  parsed({
    apiVersion: GATEWAY_API,
    kind: 'Gateway',
    metadata: { name, namespace: 'shop', ...metadata },
    spec: { gatewayClassName: 'headgate', listeners: [{ name: 'http', port: 80, protocol: 'HTTP', ...listener }] },
  });

type RouteParts = { namespace?: string; rule?: object; more?: object[]; version?: string; status?: object };
const route = (name: string, backendRefs: object[], parts: RouteParts = {}) =>
  parsed({
    apiVersion: GATEWAY_API,
    kind: 'HTTPRoute',
    metadata: { name, namespace: parts.namespace ?? 'shop', resourceVersion: parts.version ?? '1' },
    spec: {
      parentRefs: [{ name: 'web', namespace: 'shop' }],
      rules: [{ backendRefs, ...parts.rule }, ...(parts.more ?? [])],
    },
    status: parts.status,
  });

const service = (name: string, spec: object = {}, labels: object = {}) =>
  parsed({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop', labels },
    spec: { ports: [{ port: 80 }], ...spec },
  });

const slice = (name: string, of: string, address: string) =>
  parsed({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    addressType: 'IPv4',
    metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': of } },
    endpoints: [{ addresses: [address] }],
    ports: [{ port: 8080 }],
  });

const grant = () =>
  parsed({
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { name: 'routes', namespace: 'shop' },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'other' }],
      to: [{ group: '', kind: 'Service' }],
    },
  });

let translator: IncrementalTranslator;
let world: Resources;
let options: TranslateOptions;

function withObject(resources: Resources, object: Resource, isThere: boolean): Resources {
  const collection = COLLECTION_OF[object.kind];
  const { namespace: home, name } = object.metadata as { namespace?: string; name: string };
  const others = (resources[collection] as readonly Resource[]).filter(({ metadata }) => {
    return metadata.name !== name || (metadata as { namespace?: string }).namespace !== home;
  });
  return { ...resources, [collection]: isThere ? [...others, object] : others };
}

/** One step, which must give what the whole world gives. */
function step(set: readonly Resource[], gone: readonly Resource[] = []): TranslationStep {
  const before = world;
  for (const object of set) world = withObject(world, object, true);
  for (const object of gone) world = withObject(world, object, false);
  const result = translator.update(changesBetween(before, world), options);
  expect({ tables: result.tables, statuses: result.statuses }).toEqual(translate(world, options));
  return result;
}

/** The keys that changed, by Gateway and collection. */
function keysOf({ changes }: TranslationStep): Record<string, object> {
  return Object.fromEntries(changes.tables.map(({ table, keys }) => [table.gateway, keys]));
}

function statusesOf({ changes }: TranslationStep): string[] {
  return changes.statuses.map(({ kind, namespace: home, name }) => `${kind}/${home}/${name}`);
}

const NOTHING = { tables: [], goneTables: [], statuses: [], goneStatuses: [] };
const CART = 'httproute/shop/cart/rule/0';
const to = (name: string, port = 80) => ({ name, namespace: 'shop', port });

beforeEach(() => {
  translator = new IncrementalTranslator();
  world = noResources();
  options = DEFAULT_OPTIONS;
  step([
    gatewayClass(),
    gateway('web'),
    gateway('idle'),
    service('cart'),
    service('pay'),
    slice('cart-1', 'cart', '10.0.0.1'),
    route('cart', [to('cart')]),
    route('pay', [to('pay')]),
  ]);
});

describe('a route', () => {
  test('that changes moves its own entries and nothing else', () => {
    const result = step([route('cart', [to('pay')])]);
    expect(keysOf(result)).toEqual({
      'shop/web': { rules: [CART], backends: ['service/shop/cart/80'], endpoints: ['service/shop/cart/80'] },
    });
    expect(statusesOf(result)).toEqual([]);
  });

  test('of which only version and status are others changes nothing', () => {
    const result = step([route('cart', [to('cart')], { version: '2', status: { parents: [] } })]);
    expect(result.changes).toEqual(NOTHING);
  });

  test('that comes and goes is counted at its listener', () => {
    const added = step([route('new', [to('cart')])]);
    expect(keysOf(added)).toEqual({ 'shop/web': { rules: ['httproute/shop/new/rule/0'] } });
    expect(statusesOf(added)).toEqual(['HTTPRoute/shop/new', 'Gateway/shop/web']);
    const gone = step([], [route('new', [])]);
    expect(keysOf(gone)).toEqual({ 'shop/web': { rules: ['httproute/shop/new/rule/0'] } });
    expect(gone.changes.goneStatuses).toEqual([{ kind: 'HTTPRoute', namespace: 'shop', name: 'new' }]);
  });

  test('with fewer rules takes the others away', () => {
    step([route('cart', [to('cart')], { more: [{ backendRefs: [to('pay')] }] })]);
    expect(keysOf(step([route('cart', [to('cart')])]))).toEqual({
      'shop/web': { rules: ['httproute/shop/cart/rule/1'] },
    });
  });
});

describe('a backend', () => {
  test('whose endpoints change moves no rule', () => {
    const result = step([slice('cart-1', 'cart', '10.0.0.2')]);
    expect(keysOf(result)).toEqual({ 'shop/web': { endpoints: ['service/shop/cart/80'] } });
    expect(statusesOf(result)).toEqual([]);
  });

  test('takes the slices that name it, and loses those that name another', () => {
    step([slice('cart-2', 'cart', '10.0.0.9')]);
    const moved = step([slice('cart-2', 'pay', '10.0.0.9')]);
    expect(keysOf(moved)).toEqual({ 'shop/web': { endpoints: ['service/shop/cart/80', 'service/shop/pay/80'] } });
    expect(keysOf(step([], [slice('cart-2', 'pay', '10.0.0.9')]))).toEqual({
      'shop/web': { endpoints: ['service/shop/pay/80'] },
    });
  });

  test('that is gone or has another port fails its routes, and comes back', () => {
    expect(statusesOf(step([], [service('cart')]))).toEqual(['HTTPRoute/shop/cart']);
    expect(statusesOf(step([service('cart')]))).toEqual(['HTTPRoute/shop/cart']);
    expect(statusesOf(step([service('cart', { ports: [{ port: 81 }] })]))).toEqual(['HTTPRoute/shop/cart']);
  });

  test('that becomes an ExternalName is none any more', () => {
    const result = step([
      service('cart', { type: 'ExternalName', externalName: 'example.com', ports: [{ port: 80 }] }),
    ]);
    expect(statusesOf(result)).toEqual(['HTTPRoute/shop/cart']);
  });

  test('whose labels change costs nothing', () => {
    expect(step([service('cart', {}, { team: 'a' })]).changes).toEqual(NOTHING);
  });

  test('of a mirror is followed too', () => {
    const filters = [{ type: 'RequestMirror', requestMirror: { backendRef: to('shadow') } }];
    step([route('cart', [to('cart')], { rule: { filters } })]);
    expect(keysOf(step([service('shadow')]))).toEqual({
      'shop/web': { rules: [CART], backends: ['service/shop/shadow/80'], endpoints: ['service/shop/shadow/80'] },
    });
    step([route('cart', [{ ...to('cart'), filters }])]);
    expect(statusesOf(step([], [service('shadow')]))).toEqual(['HTTPRoute/shop/cart']);
  });

  test('in another namespace needs its ReferenceGrant all the time', () => {
    step([gateway('web', { allowedRoutes: { namespaces: { from: 'All' } } })]);
    step([route('far', [to('cart')], { namespace: 'other' })]);
    expect(statusesOf(step([grant()]))).toEqual(['HTTPRoute/other/far']);
    expect(statusesOf(step([], [grant()]))).toEqual(['HTTPRoute/other/far']);
  });
});

describe('a Gateway', () => {
  test('that routes wait for gets them when it comes, and loses them when it goes', () => {
    const gone = step([], [gateway('web')]);
    expect(gone.changes.goneTables).toEqual(['shop/web']);
    expect(gone.changes.goneStatuses).toHaveLength(3);
    const back = step([gateway('web')]);
    expect(Object.keys(back.changes.tables[0]!.table.rules)).toHaveLength(2);
  });

  test('none of whose listeners is served has an empty table', () => {
    const result = step([gateway('raw', { protocol: 'example.com/raw' })]);
    expect(result.changes.tables.map(({ table }) => table.gateway)).toEqual(['shop/raw']);
  });

  test('with another class is not ours', () => {
    const foreign = gateway('web');
    const result = step([{ ...foreign, spec: { ...foreign.spec, gatewayClassName: 'other' } }]);
    expect(result.changes.goneTables).toEqual(['shop/web']);
  });

  test('that changes what routes do not see leaves them alone', () => {
    const result = step([gateway('web', {}, { generation: 7 })]);
    expect(keysOf(result)).toEqual({});
    expect(statusesOf(result)).toEqual(['Gateway/shop/web']);
  });

  test('with another hostname or port changes the attachments', () => {
    expect(keysOf(step([gateway('web', { hostname: '*.example.com' })]))).toEqual({
      'shop/web': { listeners: ['gateway/shop/web/http'], rules: [CART, 'httproute/shop/pay/rule/0'] },
    });
    expect(keysOf(step([gateway('web', { hostname: '*.example.com', port: 81 })]))).toEqual({
      'shop/web': { listeners: ['gateway/shop/web/http'] },
    });
  });

  test('that selects namespaces by label sees a label that changes', () => {
    const selector = { matchLabels: { open: 'yes' } };
    step([gateway('web', { allowedRoutes: { namespaces: { from: 'Selector', selector } } })]);
    const open = step([namespace('shop', { open: 'yes' })]);
    expect(keysOf(open)).toMatchObject({ 'shop/web': { rules: [CART, 'httproute/shop/pay/rule/0'] } });
    expect(keysOf(step([namespace('shop', {})]))).toMatchObject({
      'shop/web': { rules: [CART, 'httproute/shop/pay/rule/0'] },
    });
  });

  test('that gives up its port leaves it to another one on the same address', () => {
    options = { ...options, sharedAddress: true, defaultAddresses: ['127.0.0.1'] };
    step([]);
    const freed = step([gateway('idle', { port: 81 })]);
    expect(keysOf(freed)).toMatchObject({
      'shop/web': { listeners: ['gateway/shop/web/http'], rules: [CART, expect.anything()] },
    });
  });

  test('that gets an address changes its status and no other', () => {
    options = { ...options, addresses: { 'shop/web': ['192.0.2.1'] } };
    const result = step([]);
    expect(keysOf(result)).toEqual({});
    expect(statusesOf(result)).toEqual(['Gateway/shop/web']);
  });

  test('is named by every status after the controller was renamed', () => {
    options = { ...options, controllerName: 'example.com/other' };
    expect(step([]).changes.goneTables).toEqual(['shop/idle', 'shop/web']);
    options = DEFAULT_OPTIONS;
    expect(step([]).changes.tables).toHaveLength(2);
  });
});

test('many changes at once are one step', () => {
  const routes = Array.from({ length: 100 }, (_, index) => route(`r${index}`, [to('cart')]));
  const result = step([...routes, service('pay', { ports: [{ port: 81 }] })], [route('cart', [])]);
  expect(result.changes.tables).toHaveLength(1);
  expect(result.changes.statuses).toHaveLength(102);
});

test('an update without changes is the very same translation', () => {
  const before = step([]);
  const after = translator.update({});
  expect(after).toEqual({ ...before, changes: NOTHING });
  expect(after.tables).toBe(before.tables);
  expect(after.statuses).toBe(before.statuses);
});

test('a step that fails is made up for by the next one', () => {
  const good = route('cart', [to('pay')]);
  const bad = { ...good, spec: { ...good.spec, rules: [{ matches: [null] }] } } as never;
  const others = [gateway('web', { hostname: 'a.example.com' }), service('pay', { ports: [{ port: 81 }] })];
  const withOthers = others.reduce((resources, object) => withObject(resources, object, true), world);
  const broken = withObject(withOthers, bad, true);
  expect(() => translator.update(changesBetween(world, broken))).toThrow(TypeError);
  const mended = withObject(withOthers, good, true);
  const result = translator.update(changesBetween(broken, mended));
  expect({ tables: result.tables, statuses: result.statuses }).toEqual(translate(mended));
});
