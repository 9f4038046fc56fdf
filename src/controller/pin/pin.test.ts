import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Certificate, EndpointSet, Listener, RoutingTable } from '../../ir/table.ts';
import { withPinnedListeners } from './listeners.ts';
import { decodePin, encodePin, makePin } from './pin.ts';
import { pinnedTable } from './pinned-table.ts';

const certificate = (key: string, names: string[]): Certificate => ({ chain: 'chain', key, names, notAfter: 1 });
const endpoints = (address: string): EndpointSet => ({
  addresses: [{ address, port: 80, ready: true, serving: true, terminating: false, zone: '' }],
});
const https = (...certificates: string[]): Listener => ({
  port: 443,
  protocol: 'HTTPS',
  hostname: '',
  addresses: [],
  tls: { mode: 'Terminate', certificates, clientValidation: null },
});

const LISTENER = 'gateway/shop/web/https';
const CART = 'service/shop/cart/80';
const TABLE = {
  gateway: 'shop/web',
  listeners: { [LISTENER]: https('old') },
  rules: {},
  streams: {},
  backends: { [CART]: { protocol: 'http1', name: 'shop/cart:80', tls: null } },
  endpoints: { [CART]: endpoints('10.0.0.1') },
  certificates: { old: certificate('old key', ['a.example']) },
  policies: {},
  secrets: {},
} as RoutingTable;

const HEAD = { uid: 'u-1', revision: 'abc', at: '2026-01-01T00:00:00Z' };
const pin = makePin(TABLE, HEAD);

const live = (certificates: RoutingTable['certificates']): RoutingTable => ({
  ...TABLE,
  listeners: { [LISTENER]: https(...Object.keys(certificates)) },
  certificates,
});

test('what is stored is what was pinned, without endpoints', () => {
  expect(decodePin(encodePin(pin))).toEqual({ ...HEAD, gateway: 'shop/web', table: { ...TABLE, endpoints: {} } });
});

test('what cannot be read is refused', () => {
  const text = encodePin(pin);
  expect(() => decodePin(text.subarray(0, text.length - 4))).toThrow();
  expect(() => decodePin(randomBytes(64))).toThrow();
});

test('endpoints are those of now, also of backends to which no route leads any more', () => {
  const asked: string[] = [];
  const table = pinnedTable(
    pin.table,
    { ...TABLE, backends: {}, endpoints: {} },
    (backend) => {
      asked.push(backend);
      return endpoints('10.0.0.9');
    },
    null,
  );
  expect(asked).toEqual([CART]);
  expect(table).toEqual({ ...TABLE, endpoints: { [CART]: endpoints('10.0.0.9') } });
});

test('a renewed certificate is used, one for other names is not', () => {
  const renewed = pinnedTable(pin.table, live({ now: certificate('k', ['a.example', 'b.example']) }), endpoints, null);
  expect(renewed.listeners[LISTENER]).toEqual(https('now'));
  expect(Object.keys(renewed.certificates)).toEqual(['now']);
  const other = pinnedTable(pin.table, live({ now: certificate('k', ['b.example']) }), endpoints, null);
  expect(other.listeners[LISTENER]).toEqual(https('old'));
  expect(other.certificates).toEqual(TABLE.certificates);
  const gone = pinnedTable(pin.table, { ...TABLE, listeners: {}, certificates: {} }, endpoints, null);
  expect(gone.certificates).toEqual(TABLE.certificates);
});

test('a certificate that a backend is shown stays, whatever a listener with the same one has now', () => {
  const tls = { serverName: 'cart', subjectAltNames: [], ca: 'system' as const, clientCertificate: 'old' };
  const shown = { ...pin.table, backends: { [CART]: { protocol: 'http1' as const, name: 'shop/cart:80', tls } } };
  const table = pinnedTable(shown, live({ now: certificate('k', ['a.example']) }), endpoints, null);
  expect(Object.keys(table.certificates)).toEqual(['now', 'old']);
});

test('what does not change stays the object that it was', () => {
  const first = pinnedTable(pin.table, TABLE, () => endpoints('10.0.0.1'), null);
  const second = pinnedTable(pin.table, TABLE, () => endpoints('10.0.0.1'), first);
  const third = pinnedTable(pin.table, TABLE, () => endpoints('10.0.0.2'), second);
  expect(second.endpoints).toBe(first.endpoints);
  expect(third.listeners).toBe(first.listeners);
  expect(third.certificates).toBe(first.certificates);
  expect(third.rules).toBe(pin.table.rules);
  expect(third.endpoints).not.toBe(first.endpoints);
});

test('a Gateway is reached on the ports of its pinned listeners as well', () => {
  const listener = { name: 'http', port: 80, protocol: 'HTTP' };
  const gateway = { spec: { listeners: [listener] } } as unknown as Parameters<typeof withPinnedListeners>[0];
  const ports = (table: RoutingTable) => withPinnedListeners(gateway, table).spec.listeners.map(({ port }) => port);
  expect(ports(TABLE)).toEqual([80, 443]);
  expect(ports({ ...TABLE, listeners: { http: { ...https(), port: 80, protocol: 'HTTP' } } })).toEqual([80]);
});
