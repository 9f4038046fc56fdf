/** Requirements, section 6: the circuit breaker. */
import { expect } from 'vitest';
import { startBackend } from './backend.ts';
import { GATEWAY, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { sleep, tally, trafficPolicy, withRule } from './traffic.ts';

const ROUTE = route('app', '/', 'app');

const BREAKER = trafficPolicy('circuitBreaker: {consecutiveFailures: 3, openDuration: 1s}');

row(
  ['RES-10', 'RES-11', 'RES-13', 'RES-14', 'NO-09'],
  'the third failure opens the circuit, and one probe closes it',
  async () => {
    const backend = await startBackend(() => ({ status: 500 }));
    const gateway = await startGateway([GATEWAY, backend.service('app'), ROUTE, BREAKER]);
    for (let index = 0; index < 3; index++) expect((await gateway.request('GET', '/')).status).toBe(500);
    const opened = performance.now();
    const refused = await gateway.request('GET', '/');
    expect(refused.status).toBe(503);
    expect(refused.header('retry-after')).toBe('1');
    expect(backend.requests.length).toBe(3);
    backend.handler = () => ({ body: 'well', delay: 300 });
    while (performance.now() - opened < 900) {
      expect((await gateway.request('GET', '/')).status).toBe(503);
      await sleep(100);
    }
    await sleep(200);
    // Half open: of five at once one goes through, and the others are refused meanwhile.
    const probes = await Promise.all([1, 2, 3, 4, 5].map(() => gateway.request('GET', '/')));
    expect(tally(probes.map(({ status }) => String(status)))).toEqual({ 200: 1, 503: 4 });
    expect(backend.requests.length).toBe(4);
    const after = await Promise.all([1, 2, 3].map(() => gateway.request('GET', '/')));
    expect(after.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(gateway.metric('headgate_requests_total', { reason: 'circuit-open' })).toBeGreaterThan(5);
    expect(gateway.metric('headgate_circuit_openings_total')).toBe(1);
    expect(gateway.metric('headgate_circuits_open')).toBe(0);
  },
);

row(['RES-11', 'RES-14'], 'a probe that fails opens the circuit again, for its whole time', async () => {
  const backend = await startBackend(() => ({ status: 500 }));
  const gateway = await startGateway([GATEWAY, backend.service('app'), ROUTE, BREAKER]);
  for (let index = 0; index < 3; index++) await gateway.request('GET', '/');
  await sleep(1_050);
  expect((await gateway.request('GET', '/')).status).toBe(500);
  await sleep(700);
  expect((await gateway.request('GET', '/')).status).toBe(503);
  await sleep(400);
  expect((await gateway.request('GET', '/')).status).toBe(500);
  expect(backend.requests.length).toBe(5);
});

row(['RES-13', 'ERR-06'], 'Retry-After is the time that is left', async () => {
  const backend = await startBackend(() => ({ status: 500 }));
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    ROUTE,
    trafficPolicy('circuitBreaker: {consecutiveFailures: 1, openDuration: 30s}'),
  ]);
  await gateway.request('GET', '/');
  const refused = await gateway.request('GET', '/');
  expect(refused.status).toBe(503);
  expect(refused.header('retry-after')).toBe('30');
  expect(gateway.metric('headgate_circuits_open')).toBe(1);
  expect((await gateway.request('GET', '/', { http2: true })).header('retry-after')).toBe('30');
});

row(['RES-12', 'RES-20'], 'an attempt that takes too long is a failure of the circuit', async () => {
  const backend = await startBackend(() => ({ delay: 2_000 }));
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    withRule('timeouts: {backendRequest: 200ms}'),
    BREAKER,
  ]);
  for (let index = 0; index < 3; index++) expect((await gateway.request('GET', '/')).status).toBe(504);
  expect((await gateway.request('GET', '/')).status).toBe(503);
  expect(backend.requests.length).toBe(3);
});

row('RES-15', 'what is a failure: 5xx and connections, not 4xx and not clients that go', async () => {
  const backend = await startBackend(() => ({ status: 404 }));
  const gateway = await startGateway([GATEWAY, backend.service('app'), ROUTE, BREAKER]);
  for (const status of [400, 404, 429, 499, 404]) {
    backend.handler = () => ({ status });
    expect((await gateway.request('GET', '/')).status).toBe(status);
  }
  backend.handler = () => ({ delay: 1_000 });
  for (let index = 0; index < 4; index++) {
    const client = await gateway.connect();
    client.socket.write('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n');
    await sleep(50);
    client.socket.resetAndDestroy();
    await sleep(20);
  }
  backend.handler = () => 'well';
  expect((await gateway.request('GET', '/')).status).toBe(200);
  const statuses = [500, 505, 508];
  for (const status of statuses) {
    backend.handler = () => ({ status });
    expect((await gateway.request('GET', '/')).status).toBe(status);
  }
  expect((await gateway.request('GET', '/')).status).toBe(503);
});

row('RES-15', 'connections that cannot be made are failures', async () => {
  const backend = await startBackend();
  const gateway = await startGateway([GATEWAY, backend.service('app'), withRule('retry: {attempts: 0}'), BREAKER]);
  await backend.close();
  for (let index = 0; index < 3; index++) expect((await gateway.request('GET', '/')).status).toBe(502);
  expect((await gateway.request('GET', '/')).status).toBe(503);
});

row('RES-15', 'the failures may be others', async () => {
  const backend = await startBackend(() => ({ status: 500 }));
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    ROUTE,
    trafficPolicy('circuitBreaker: {consecutiveFailures: 2, failureCodes: [429]}'),
  ]);
  for (let index = 0; index < 4; index++) expect((await gateway.request('GET', '/')).status).toBe(500);
  backend.handler = () => ({ status: 429 });
  for (let index = 0; index < 2; index++) expect((await gateway.request('GET', '/')).status).toBe(429);
  expect((await gateway.request('GET', '/')).status).toBe(503);
});

row('RES-16', 'a ratio of failures among enough requests of an interval opens the circuit', async () => {
  const backend = await startBackend(() => 'well');
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    ROUTE,
    trafficPolicy('circuitBreaker: {failureRatio: {percent: 50, interval: 5s, minimumRequests: 10}, openDuration: 1s}'),
  ]);
  for (let index = 0; index < 5; index++) expect((await gateway.request('GET', '/')).status).toBe(200);
  backend.handler = () => ({ status: 500 });
  // Nine requests are too few, whatever comes of them; the tenth makes five of ten.
  for (let index = 0; index < 5; index++) expect((await gateway.request('GET', '/')).status).toBe(500);
  expect((await gateway.request('GET', '/')).status).toBe(503);
  expect(backend.requests.length).toBe(10);
});

row(['RES-16', 'RES-17', 'RES-11'], 'the defaults of a circuit breaker', async () => {
  const backend = await startBackend();
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    ROUTE,
    trafficPolicy('circuitBreaker: {failureRatio: {}}'),
  ]);
  const [table] = gateway.tables;
  expect(table!.backends['service/default/app/80']!.traffic!.circuitBreaker).toMatchObject({
    failureRatio: { percent: 50, interval: 10_000, minimumRequests: 100 },
    openDuration: 5_000,
    halfOpenRequests: 1,
    failureCodes: [500, 501, 502, 503, 504, 505, 506, 507, 508],
  });
  expect(gateway.condition('BackendTrafficPolicy', 'app', 'Accepted')).toMatchObject({ status: 'True' });
});

row(['RES-17', 'RES-18'], 'options out of range are refused, not replaced', async () => {
  const refused = (spec: string): string[] => refusals(trafficPolicy(spec));
  expect(refused('circuitBreaker: {consecutiveFailures: 3, openDuration: 499ms}')).toEqual([
    'spec.circuitBreaker.openDuration: must be at least 500ms',
  ]);
  expect(refused('circuitBreaker: {consecutiveFailures: 3, openDuration: "5000"}')).toContainEqual(
    expect.stringMatching(/openDuration: must be a duration such as/),
  );
  expect(refused('circuitBreaker: {consecutiveFailures: 3, openDuration: 25h}')).toEqual([
    'spec.circuitBreaker.openDuration: must be at most 24h',
  ]);
  expect(refused('circuitBreaker: {failureRatio: {minimumRequests: 1}}')).toEqual([
    expect.stringMatching(/minimumRequests: must be between 2 and/),
  ]);
  expect(refused('circuitBreaker: {failureRatio: {percent: 0}}')).toEqual([
    expect.stringMatching(/percent: must be between 1 and 100/),
  ]);
  expect(refused('circuitBreaker: {}')).toEqual([
    'spec.circuitBreaker: must have either consecutiveFailures or failureRatio',
  ]);
  const backend = await startBackend();
  const wrong = trafficPolicy('circuitBreaker: {consecutiveFailures: 0}');
  const gateway = await startGateway([GATEWAY, backend.service('app'), ROUTE, wrong], { refused: true });
  expect(gateway.problems.length).toBe(1);
  // Nothing of it holds, and everything else is served.
  expect((await gateway.request('GET', '/')).status).toBe(200);
  expect(gateway.tables[0]!.backends['service/default/app/80']!.traffic).toBeUndefined();
});

row('RES-19', 'with scope Route the circuit of one route is not that of another', async () => {
  const backend = await startBackend(({ url }) => (url.startsWith('/a') ? { status: 500 } : 'well'));
  const routes = [route('a', '/a', 'app'), route('b', '/b', 'app')];
  const policy = (scope: string): string =>
    trafficPolicy(`circuitBreaker: {scope: ${scope}, consecutiveFailures: 3, openDuration: 30s}`);
  const gateway = await startGateway([GATEWAY, backend.service('app'), ...routes, policy('Route')]);
  for (let index = 0; index < 3; index++) await gateway.request('GET', '/a');
  expect((await gateway.request('GET', '/a')).status).toBe(503);
  expect((await gateway.request('GET', '/b')).status).toBe(200);
  await gateway.reload([GATEWAY, backend.service('app'), ...routes, policy('Backend')]);
  for (let index = 0; index < 3; index++) await gateway.request('GET', '/a');
  expect((await gateway.request('GET', '/a')).status).toBe(503);
  expect((await gateway.request('GET', '/b')).status).toBe(503);
});

row('RES-19', 'the circuit of one backend is not that of another', async () => {
  const [bad, good] = [await startBackend(() => ({ status: 500 })), await startBackend(() => 'well')];
  const policy = `${trafficPolicy('circuitBreaker: {consecutiveFailures: 3}')}---\n${trafficPolicy(
    'circuitBreaker: {consecutiveFailures: 3}',
    'other',
    'other',
  )}`;
  const gateway = await startGateway([
    GATEWAY,
    bad.service('app'),
    good.service('other'),
    route('a', '/a', 'app'),
    route('b', '/b', 'other'),
    policy,
  ]);
  for (let index = 0; index < 4; index++) await gateway.request('GET', '/a');
  expect((await gateway.request('GET', '/a')).status).toBe(503);
  expect((await gateway.request('GET', '/b')).status).toBe(200);
});

row('RES-14', 'an open circuit stays open when other manifests are served', async () => {
  const backend = await startBackend(() => ({ status: 500 }));
  const policy = trafficPolicy('circuitBreaker: {consecutiveFailures: 3, openDuration: 30s}');
  const gateway = await startGateway([GATEWAY, backend.service('app'), ROUTE, policy]);
  for (let index = 0; index < 3; index++) await gateway.request('GET', '/');
  const more = route('more', '/more', 'app');
  await gateway.reload([GATEWAY, backend.service('app'), ROUTE, more, policy]);
  expect((await gateway.request('GET', '/more')).status).toBe(503);
  expect(backend.requests.length).toBe(3);
});
