/** Rows of group OBS: metrics, the access log, and what clients may ask. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { decodeSpans } from '../fake/otlp.ts';
import { freeOffset, Headgate, Manifests } from '../standalone/headgate.ts';
import { startBackend } from './backend.ts';
import { accessLines, GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { REPORT, telemetryPolicy } from './telemetry.ts';
import { until } from './until.ts';

row('OBS-11', 'every route has its metrics, and its own say about the access log', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headgate-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'access.log');
  const app = await startBackend();
  const gateway = await startGateway(
    [
      GATEWAY,
      app.service('app'),
      route('orders', '/orders', 'app'),
      route('users', '/users', 'app'),
      telemetryPolicy('quiet', 'HTTPRoute/users', 'accessLog: {mode: Disabled}\n'),
    ],
    { flags: ['--access-log', file] },
  );
  await gateway.request('GET', '/orders/1');
  await gateway.request('GET', '/users/1');
  await gateway.request('GET', '/nothing');
  await until(() => accessLines(file).length === 2, 'two lines');
  expect(accessLines(file)).toMatchObject([
    { method: 'GET', path: '/orders/1', status: 200, rule: 'httproute/default/orders/rule/0' },
    { path: '/nothing', status: 404 },
  ]);
  for (const name of ['orders', 'users']) {
    const labels = { rule: `httproute/default/${name}/rule/0`, code: '2xx' };
    expect(gateway.metric('headgate_requests_total', labels)).toBe(1);
    expect(gateway.metric('headgate_request_duration_seconds_count', { rule: labels.rule })).toBe(1);
  }
});

row('OBS-11', "a route's requests are logged where no others are", async () => {
  const app = await startBackend();
  const manifests = new Manifests({
    'all.yaml': [
      GATEWAY,
      app.service('app'),
      route('orders', '/orders', 'app'),
      route('users', '/users', 'app'),
      telemetryPolicy('loud', 'HTTPRoute/orders', 'accessLog: {mode: Enabled}\n'),
    ].join('---\n'),
  });
  const offset = await freeOffset();
  const flags = ['--port-offset', String(offset), '--admin', 'off', '--workers', '1'];
  const headgate = new Headgate(['standalone', '-f', manifests.path, ...flags]);
  await headgate.said(/Gateway default\/web: http/);
  for (const path of ['/users/1', '/orders/1']) await fetch(`http://127.0.0.1:${80 + offset}${path}`);
  await headgate.said(/"path":"\/orders\/1"/);
  expect(headgate.out).not.toContain('"path":"/users/1"');
});

const DEBUG = `apiVersion: headgate.dev/v1alpha1
kind: GatewayParameters
metadata:
  name: debug
spec:
  debugHeader: {mode: Enabled, clientCIDRs: [127.0.0.1/32]}
`;

row('OBS-12', 'clients that may know are told which route took their request, when they ask', async () => {
  const app = await startBackend();
  const gateway = await startGateway([
    `${GATEWAY}  infrastructure:
    parametersRef: {group: headgate.dev, kind: GatewayParameters, name: debug}
`,
    DEBUG,
    app.service('app'),
    route('orders', '/orders', 'app'),
  ]);
  expect(gateway.condition('GatewayParameters', 'debug', 'Accepted')).toMatchObject({ status: 'True' });
  const asked = await gateway.request('GET', '/orders', { headers: { 'Headgate-Debug': '1' } });
  expect(asked.header('headgate-rule')).toBe('httproute/default/orders/rule/0');
  expect(asked.header('headgate-backend')).toBe('service/default/app/80');
  expect(app.last.header('headgate-debug')).toBeNull();
  const silent = await gateway.request('GET', '/orders');
  const other = await gateway.request('GET', '/orders', { headers: { 'Headgate-Debug': '1' }, from: '127.0.0.2' });
  for (const { headers } of [silent, other]) {
    expect(headers.filter(([name]) => name.toLowerCase().startsWith('headgate-'))).toEqual([]);
  }
});

row(
  ['OBS-09', 'ADM-22'],
  'what a route says of itself is in its reports, spans and lines of the access log',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headgate-log-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'access.log');
    const [app, sink] = [await startBackend(), await startBackend()];
    const described = (team: string) =>
      route('orders', '/orders', 'app').replace(
        '  name: orders\n',
        `  name: orders
  labels: {metadata.headgate.dev/team: ${team}, other: label}
  annotations: {metadata.headgate.dev/tier: 'one "1"', other: annotation}
`,
      );
    const rest = [
      GATEWAY,
      app.service('app'),
      sink.service('trace'),
      route('users', '/users', 'app'),
      telemetryPolicy('all', 'Gateway/web', `${REPORT}tracing:\n  provider: {backendRef: {name: trace, port: 80}}\n`),
    ];
    const gateway = await startGateway([...rest, described('shop')], { flags: ['--access-log', file] });
    await gateway.request('GET', '/orders');
    await gateway.request('GET', '/users');
    await gateway.reload([...rest, described('pay')]);
    await gateway.request('GET', '/orders');
    await until(() => accessLines(file).length === 3, 'three lines');
    expect(accessLines(file).map(({ metadata }) => metadata)).toEqual([
      'team=shop,tier=one "1"',
      undefined,
      'team=pay,tier=one "1"',
    ]);
    await until(() => sink.requests.length >= 4, 'reports and spans');
    const told = sink.requests.filter(({ url }) => url === '/trace').map(({ body }) => JSON.parse(body).metadata);
    expect(told).toEqual([{ team: 'shop', tier: 'one "1"' }, undefined, { team: 'pay', tier: 'one "1"' }]);
    const spans = sink.requests.filter(({ url }) => url === '/v1/traces');
    const { attributes } = decodeSpans(spans[0]!.header('content-type')!, spans[0]!.bytes).spans[0]!;
    expect(attributes).toMatchObject({ 'headgate.metadata.team': 'shop' });
  },
);
