import { expect, test } from 'vitest';
import type { Condition } from '../ir/status.ts';
import type { Backend, Listener, RoutingTable, Rule } from '../ir/table.ts';
import type { ObjectStatus } from '../translate/index.ts';
import { lagFrom, type Progress, ROUTE_PROGRAMMED, shownStatus } from './programmed.ts';

const PENDING = 'False Pending the proxies have not acknowledged the configuration yet';
const TRUE = 'True Programmed as translated';

const condition = (type: string, status: 'True' | 'False', reason = type): Condition => ({
  type,
  status,
  reason,
  message: 'as translated',
  observedGeneration: 3,
});
const gateway: ObjectStatus = {
  kind: 'Gateway',
  namespace: 'shop',
  name: 'web',
  status: {
    addresses: [],
    attachedListenerSets: 0,
    conditions: [condition('Accepted', 'True'), condition('Programmed', 'True')],
    listeners: [
      { name: 'a', supportedKinds: [], attachedRoutes: 1, conditions: [condition('Programmed', 'True')] },
      { name: 'b', supportedKinds: [], attachedRoutes: 0, conditions: [condition('Programmed', 'True')] },
      { name: 'c', supportedKinds: [], attachedRoutes: 0, conditions: [condition('Programmed', 'False', 'Invalid')] },
    ],
  },
};
const gatewayClass: ObjectStatus = {
  kind: 'GatewayClass',
  namespace: '',
  name: 'headgate',
  status: { conditions: [condition('Accepted', 'True')], supportedFeatures: [] },
};
const route = (name: string, accepted: 'True' | 'False' = 'True', parentNamespace?: string): ObjectStatus => ({
  kind: 'HTTPRoute',
  namespace: 'shop',
  name,
  status: {
    parents: [
      {
        parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'web', namespace: parentNamespace },
        controllerName: 'headgate.dev/gateway-controller',
        conditions: [condition('Accepted', accepted)],
      },
    ],
  },
});

const http: Listener = { port: 80, protocol: 'HTTP', hostname: '', addresses: [], tls: null };
const https = (certificate: string): Listener => ({
  ...http,
  port: 443,
  protocol: 'HTTPS',
  tls: { mode: 'Terminate', certificates: [`sha256/${certificate}`], clientValidation: null },
});
const rule = (order: string, backend = 'service/shop/s/80'): Rule => ({
  protocol: 'http',
  attachments: [],
  matches: [],
  filters: [],
  timeouts: { request: 0, backendRequest: 0 },
  retry: null,
  backends: [{ backend, weight: 1, filters: [], failure: null }],
  name: '',
  order,
  policies: [],
});
const backend = (protocol: Backend['protocol']): Backend => ({ protocol, name: 'shop/s:80', tls: null });
const TABLE: RoutingTable = {
  gateway: 'shop/web',
  listeners: { 'gateway/shop/web/a': http, 'gateway/shop/web/b': https('1') },
  rules: {
    'httproute/shop/cart/rule/0': rule('1'),
    'httproute/shop/cart/rule/1': rule('2', 'service/shop/other/80'),
    'httproute/shop/pay/rule/1': rule('3'),
  },
  streams: {},
  backends: { 'service/shop/s/80': backend('http1'), 'service/shop/other/80': backend('http1') },
  endpoints: {},
  certificates: {},
  policies: {},
  secrets: {},
};
/** As it is after a way over the wire: equal, and no object the same. */
const copy = (table: RoutingTable) => structuredClone(table);
const without = <T extends object>(entries: T, key: string) =>
  Object.fromEntries(Object.entries(entries).filter(([name]) => name !== key)) as T;
const progress = (...acknowledged: Progress['acknowledged']): Progress => ({
  desired: TABLE,
  acknowledged,
  refused: '',
});

const shownOf = (conditions: readonly Condition[], type: string) =>
  conditions.filter((one) => one.type === type).map((one) => `${one.status} ${one.reason} ${one.message}`);

/** What is shown of the Gateway, then of its listeners. */
function gatewayShown(of: Progress | null): string[] {
  const before = JSON.stringify(gateway);
  const shown = shownStatus(
    gateway,
    () => lagFrom(of),
    () => null,
  );
  if (shown.kind !== 'Gateway') throw new Error('not a Gateway');
  expect(JSON.stringify(gateway)).toBe(before);
  return [shown.status, ...shown.status.listeners].flatMap(({ conditions }) => shownOf(conditions, 'Programmed'));
}

function routesShown(of: Progress | null, routes: readonly ObjectStatus[] = [route('cart'), route('pay')]): string[] {
  return routes.flatMap((route) => {
    const shown = shownStatus(
      route,
      (name) => lagFrom(name === 'shop/web' ? of : null),
      () => null,
    );
    if (shown.kind !== 'HTTPRoute') throw new Error('not an HTTPRoute');
    return shown.status.parents.flatMap(({ conditions }) => shownOf(conditions, ROUTE_PROGRAMMED));
  });
}

const SERVED = 'True Programmed every ready proxy serves the route as it is';

test('what every proxy has acknowledged is shown as translated', () => {
  const lag = lagFrom(progress(TABLE, copy(TABLE)));
  expect(
    shownStatus(
      gatewayClass,
      () => lag,
      () => null,
    ),
  ).toBe(gatewayClass);
  expect(
    shownStatus(
      gateway,
      () => lag,
      () => null,
    ),
  ).toBe(gateway);
  expect(routesShown(progress(TABLE, copy(TABLE)))).toEqual([SERVED, SERVED]);
});

test('a route that changed is pending by itself: the Gateway and other routes stay programmed', () => {
  const older = { ...copy(TABLE), rules: { ...TABLE.rules, 'httproute/shop/cart/rule/1': rule('0') } };
  expect(gatewayShown(progress(TABLE, older))).toEqual([TRUE, TRUE, TRUE, 'False Invalid as translated']);
  expect(routesShown(progress(TABLE, older))).toEqual([PENDING, SERVED]);
});

test.each([
  ['that is not there yet', without(TABLE.rules, 'httproute/shop/cart/rule/0')],
  ['that is no longer wanted', { ...TABLE.rules, 'httproute/shop/cart/rule/2': rule('4') }],
])('a rule %s makes its route pending', (_, rules) => {
  expect(routesShown(progress({ ...TABLE, rules }))).toEqual([PENDING, SERVED]);
});

test('a backend that changed makes the routes pending that use it', () => {
  const backends = { ...TABLE.backends, 'service/shop/other/80': backend('h2c') };
  expect(routesShown(progress({ ...TABLE, backends }))).toEqual([PENDING, SERVED]);
  const mirror: Rule = {
    ...rule('5'),
    filters: [{ kind: 'RequestMirror', backend: 'service/shop/other/80', numerator: 1, denominator: 1 }],
  };
  const desired = { ...TABLE, rules: { ...TABLE.rules, 'httproute/shop/pay/rule/1': mirror } };
  expect(routesShown({ desired, acknowledged: [{ ...desired, backends }], refused: '' })).toEqual([PENDING, PENDING]);
});

test('endpoints that come and go leave everything programmed', () => {
  const endpoint = { address: '10.0.0.1', port: 80, ready: true, serving: true, terminating: false, zone: '' };
  const moved = { ...TABLE, endpoints: { 'service/shop/s/80': { addresses: [endpoint] } } };
  expect(gatewayShown(progress(moved))[0]).toBe(TRUE);
  expect(routesShown(progress(moved))).toEqual([SERVED, SERVED]);
});

test('a listener whose certificate was rotated withholds itself and the Gateway, and nothing else', () => {
  const older = { ...TABLE, listeners: { ...TABLE.listeners, 'gateway/shop/web/b': https('0') } };
  expect(gatewayShown(progress(TABLE, older))).toEqual([PENDING, TRUE, PENDING, 'False Invalid as translated']);
  expect(routesShown(progress(TABLE, older))).toEqual([SERVED, SERVED]);
});

test('a listener that proxies still have and should not withholds the Gateway', () => {
  const older = { ...TABLE, listeners: { ...TABLE.listeners, 'gateway/shop/web/old': http } };
  expect(gatewayShown(progress(older)).slice(0, 3)).toEqual([PENDING, TRUE, TRUE]);
});

test('one ready proxy that has not answered is enough to withhold everything', () => {
  expect(gatewayShown(progress(TABLE, null)).slice(0, 3)).toEqual([PENDING, PENDING, PENDING]);
  expect(routesShown(progress(TABLE, null))).toEqual([PENDING, PENDING]);
  expect(gatewayShown(null)[0]).toBe(PENDING);
  expect(routesShown(null)).toEqual([PENDING, PENDING]);
});

test('without a ready proxy nothing is programmed', () => {
  expect(gatewayShown(progress())[0]).toBe('False Pending no proxy is ready');
  expect(routesShown(progress())[0]).toBe('False Pending no proxy is ready');
});

test('a refusal is told', () => {
  const refused = { ...progress(null), refused: 'port 80 is taken' };
  expect(gatewayShown(refused)[0]).toBe('False Pending the proxies refused the configuration: port 80 is taken');
});

test('a route that no listener serves is not programmed, and one that is not accepted has no such condition', () => {
  expect(routesShown(progress(TABLE), [route('stray')])).toEqual([
    'False NotServed no listener that the route is attached to is served',
  ]);
  expect(routesShown(progress(TABLE), [route('cart', 'False')])).toEqual([]);
  expect(routesShown(progress(TABLE), [route('cart', 'True', 'elsewhere')])).toEqual([PENDING]);
});
