import { beforeEach, expect, test } from 'vitest';
import type { Snapshot } from '../ir/delta.ts';
import { emptyTable, type RoutingTable, type Rule } from '../ir/table.ts';
import type { ProxyState } from '../snapshot/session.ts';
import type { ObjectStatus } from '../translate/index.ts';
import { Lags, type Pinned } from './lags.ts';
import { shownStatus } from './programmed.ts';

const rule = (order: string): Rule => ({
  attachments: [],
  matches: [],
  filters: [],
  timeouts: { request: 0, backendRequest: 0 },
  retry: null,
  backends: [],
  protocol: 'http',
  name: '',
  order,
  policies: [],
});
const table = (rules: Record<string, Rule>): RoutingTable => ({ ...emptyTable('shop/web'), rules });
const A = 'httproute/shop/a';
const B = 'httproute/shop/b';
const OLD: Snapshot = { revision: '1', table: table({ [`${A}/rule/0`]: rule('1'), [`${B}/rule/0`]: rule('1') }) };
const NEW: Snapshot = { revision: '2', table: table({ [`${A}/rule/0`]: rule('2'), [`${B}/rule/0`]: rule('1') }) };

let newest: Snapshot;
let states: ProxyState[];
let ready: Set<string>;
let lags: Lags;

const serves = (proxy: string, held: Snapshot, refused = ''): ProxyState => ({
  proxy,
  gateway: 'shop/web',
  revision: held.revision,
  held,
  rejected: refused === '' ? null : { revision: NEW.revision, rejected: refused },
  connectedAt: 0,
});

beforeEach(() => {
  newest = OLD;
  states = [serves('p-1', OLD)];
  ready = new Set(['p-1']);
  lags = new Lags({ snapshots: { newest: () => newest, proxiesOf: () => states }, ready: () => ready });
  lags.heardOf('shop/web');
  lags.update();
});

test('nothing heard, nothing to look at', () => {
  expect(lags.update()).toEqual({ gateways: [], routes: new Set(), allRoutes: false });
});

test('a route that changed is looked at when the table is published, and when the proxies serve it', () => {
  newest = NEW;
  lags.published({ table: NEW.table, keys: { rules: [`${A}/rule/0`] } });
  expect(lags.update()).toEqual({ gateways: ['shop/web'], routes: new Set([A]), allRoutes: false });
  states = [serves('p-1', NEW)];
  lags.heardOf('shop/web');
  expect(lags.update()).toEqual({ gateways: ['shop/web'], routes: new Set([A]), allRoutes: false });
  lags.heardOf('shop/web');
  expect(lags.update().routes.size).toBe(0);
});

test('a route that the proxies serve before anybody looked is looked at all the same', () => {
  newest = NEW;
  states = [serves('p-1', NEW)];
  lags.published({ table: NEW.table, keys: { rules: [`${A}/rule/0`] } });
  expect(lags.update().routes).toEqual(new Set([A]));
});

test('a refusal is told of the routes that it concerns', () => {
  newest = NEW;
  lags.published({ table: NEW.table, keys: {} });
  lags.update();
  states = [serves('p-1', OLD, 'port 80 is taken')];
  lags.heardOf('shop/web');
  expect(lags.update().routes).toEqual(new Set([A]));
  expect(lags.of('shop/web').message).toContain('port 80 is taken');
});

test('every route is looked at when the last ready proxy goes, and when one is ready that serves nothing yet', () => {
  ready = new Set();
  lags.heardOf('shop/web');
  expect(lags.update().allRoutes).toBe(true);
  lags.heardOf('shop/web');
  expect(lags.update().allRoutes).toBe(false);
  ready = new Set(['p-1']);
  lags.heardOf('shop/web');
  expect(lags.update().allRoutes).toBe(true);
  ready = new Set(['p-1', 'p-2']);
  lags.heardOf('shop/web');
  expect(lags.update().allRoutes).toBe(true);
});

test('while a Gateway is pinned, what has changed since is not programmed, and the Gateway says why', () => {
  const pin = { gateway: 'shop/web', uid: 'u', revision: '1'.repeat(64), at: '2026-01-01T00:00:00Z', table: OLD.table };
  let pinned: Pinned | null = { pin, configured: NEW };
  lags = new Lags({
    snapshots: { newest: () => newest, proxiesOf: () => states },
    ready: () => ready,
    pinned: () => pinned,
  });
  const lag = lags.of('shop/web');
  expect(lag).toMatchObject({ reason: 'Pinned', pin: { served: true } });
  expect([...lag.behind!.routes]).toEqual([A]);
  const status = { addresses: [], attachedListenerSets: 0, conditions: [], listeners: [] };
  const gateway: ObjectStatus = { kind: 'Gateway', namespace: 'shop', name: 'web', status };
  const conditions = () => {
    const shown = shownStatus(
      gateway,
      () => lags.of('shop/web'),
      () => null,
    );
    return shown.kind === 'Gateway' ? shown.status.conditions : null;
  };
  expect(conditions()).toMatchObject([{ type: 'headgate.dev/Pinned', status: 'True', reason: 'RolledBack' }]);
  states = [serves('p-1', NEW)];
  expect(conditions()).toMatchObject([{ status: 'False', reason: 'Pending' }]);
  pinned = { pin: 'unreadable', configured: NEW };
  expect(conditions()).toMatchObject([{ status: 'False', reason: 'Unreadable' }]);
  expect(lags.of('shop/web').reason).toBe('Pending');
  pinned = null;
  expect(conditions()).toEqual([]);
});

test('a listener is served when the Service has its port, too', () => {
  const listener = { port: 8080, protocol: 'HTTP' as const, hostname: '', addresses: [], tls: null };
  const listening: Snapshot = {
    revision: '3',
    table: { ...OLD.table, listeners: { 'gateway/shop/web/http': listener } },
  };
  newest = listening;
  states = [serves('p-1', listening)];
  let ports = new Set(['80/TCP', '8080/UDP']);
  const options = { snapshots: { newest: () => newest, proxiesOf: () => states }, ready: () => ready };
  const watched = new Lags({ ...options, reached: () => ports });
  expect([...watched.of('shop/web').behind!.listeners]).toEqual(['gateway/shop/web/http']);
  expect(watched.of('shop/web').message).toBe('the Service does not lead to the port yet');
  expect(watched.of('shop/web').behind!.routes.size).toBe(0);
  ports = new Set(['8080/TCP']);
  expect(watched.of('shop/web').behind!.listeners.size).toBe(0);
});
