/** Requirements, section 5: which endpoints are left out, and how many connections each gets. */
import { expect, test } from 'vitest';
import { service, startBackend } from './backend.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { answers, sleep, startNamed, tally, trafficPolicy } from './traffic.ts';

const ROUTE = route('app', '/', 'app');

row('LB-18', 'answers of 5xx leave an endpoint out, and its health is one whoever judges', async () => {
  const backends = await startNamed(3);
  backends[0]!.handler = ({ url }) => (url === '/healthz' ? 'well' : { status: 500 });
  for (const backend of backends.slice(1)) backend.handler = () => backend.address;
  const policy = trafficPolicy(`passiveHealthCheck: {consecutiveServerErrors: 2, ejectionDuration: 30s}
activeHealthCheck: {path: /healthz, interval: 200ms, unhealthyThreshold: 2, healthyThreshold: 1}`);
  const gateway = await startGateway([GATEWAY, service('app', backends), ROUTE, policy]);
  const failures = (await Promise.all(Array.from({ length: 12 }, () => gateway.request('GET', '/')))).length;
  expect(failures).toBe(12);
  // Checks that go well do not bring back what requests have ejected.
  await sleep(500);
  expect(new Set(await answers(gateway, 6))).toEqual(new Set(['127.0.0.3', '127.0.0.4']));
});

row('LB-18', 'active checks leave out an endpoint that does not answer well, and take it back', async () => {
  const backends = await startNamed(2);
  let isWell = false;
  backends[0]!.handler = ({ url }) => (url === '/healthz' ? { status: isWell ? 200 : 503 } : '0');
  const policy = trafficPolicy(
    'activeHealthCheck: {path: /healthz, host: app.internal, interval: 100ms, unhealthyThreshold: 2, healthyThreshold: 2}',
  );
  const gateway = await startGateway([GATEWAY, service('app', backends), ROUTE, policy]);
  await sleep(1_600);
  expect(await answers(gateway, 4)).toEqual(['1', '1', '1', '1']);
  const check = backends[0]!.requests.find(({ url }) => url === '/healthz')!;
  expect(check.header('host')).toBe('app.internal');
  expect(check.method).toBe('GET');
  expect(gateway.metric('headgate_endpoints_left_out')).toBe(1);
  // Other manifests change nothing about it.
  await gateway.reload([GATEWAY, service('app', backends), ROUTE, route('more', '/more', 'app'), policy]);
  expect(await answers(gateway, 4)).toEqual(['1', '1', '1', '1']);
  isWell = true;
  await sleep(600);
  expect(tally(await answers(gateway, 4))).toEqual({ 0: 2, 1: 2 });
  // When none is well, all of them are asked: checks may be wrong too.
  for (const backend of backends) backend.handler = ({ url }) => (url === '/healthz' ? { status: 500 } : 'still');
  await sleep(600);
  expect(await answers(gateway, 2)).toEqual(['still', 'still']);
  // Without the policy nobody asks any more.
  await gateway.reload([GATEWAY, service('app', backends), ROUTE]);
  expect(gateway.metric('headgate_endpoints_left_out')).toBe(0);
  await sleep(200);
  for (const backend of backends) backend.requests.length = 0;
  await sleep(400);
  expect(backends.flatMap(({ requests }) => requests)).toEqual([]);
});

test('a bound of connections makes requests wait, and those beyond the queue are answered 503', async () => {
  const backend = await startBackend(() => ({ body: 'well', delay: 300 }));
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    ROUTE,
    trafficPolicy('connections: {maxPerEndpoint: 1, maxPendingRequests: 1}'),
  ]);
  const all = await Promise.all([1, 2, 3, 4].map(() => gateway.request('GET', '/')));
  expect(tally(all.map(({ status }) => String(status)))).toEqual({ 200: 2, 503: 2 });
  expect(backend.connections).toBe(1);
});

row('LB-18', 'active checks speak HTTP/2 where requests do', async () => {
  const [ill, well] = [
    await startBackend(({ url }) => (url === '/healthz' ? { status: 503 } : 'ill'), { protocol: 'h2c' }),
    await startBackend(() => 'well', { protocol: 'h2c', address: '127.0.0.2' }),
  ];
  const gateway = await startGateway([
    GATEWAY,
    service('app', [ill, well], { appProtocol: 'kubernetes.io/h2c' }),
    ROUTE,
    trafficPolicy('activeHealthCheck: {path: /healthz, interval: 100ms, unhealthyThreshold: 2}'),
  ]);
  await sleep(1_600);
  expect(await answers(gateway, 4)).toEqual(['well', 'well', 'well', 'well']);
});
