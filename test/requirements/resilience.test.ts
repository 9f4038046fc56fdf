/** Requirements, section 6: timeouts, retries, circuit breaker. */
import { expect, test } from 'vitest';
import { service, startBackend } from './backend.ts';
import { GATEWAY, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { answers, sleep, startNamed, tally, trafficPolicy } from './traffic.ts';

const ROUTE = route('app', '/', 'app');

/** The route with more in its rule. */
const withRule = (more: string): string => route('app', '/', 'app', more);

row(['RES-01', 'RES-02', 'RES-03'], 'a request that takes too long is answered 504 in time', async () => {
  const slow = await startBackend(() => ({ body: 'late', delay: 1_500 }));
  const gateway = await startGateway([GATEWAY, slow.service('app'), withRule('timeouts: {request: 300ms}')]);
  const began = performance.now();
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 504 });
  expect(performance.now() - began).toBeGreaterThan(290);
  expect(performance.now() - began).toBeLessThan(1_000);
});

row('RES-01', 'the timeout holds for the whole response, not only for its beginning', async () => {
  const dripping = await startBackend((_, response) => {
    response.write('some');
    return null;
  });
  const gateway = await startGateway([GATEWAY, dripping.service('app'), withRule('timeouts: {request: 300ms}')]);
  const began = performance.now();
  const response = await gateway.request('GET', '/');
  expect(response.whole).toBe(false);
  expect(performance.now() - began).toBeLessThan(1_000);
});

row('RES-02', 'a timeout of 0s is none', async () => {
  const slow = await startBackend(() => ({ body: 'late', delay: 400 }));
  const gateway = await startGateway([GATEWAY, slow.service('app'), withRule('timeouts: {request: 0s}')]);
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 200, body: 'late' });
});

row('RES-02', 'a timeout without a unit is refused', () => {
  expect(refusals(withRule('timeouts: {request: "300"}'))).toEqual([
    expect.stringMatching(/^spec\.rules\[0\]\.timeouts\.request: must be a duration/),
  ]);
});

row(['RES-04', 'RES-05', 'RES-06'], 'N retries are at most N + 1 attempts, for statuses that are listed', async () => {
  const failing = await startBackend(() => ({ status: 503 }));
  const gateway = await startGateway([
    GATEWAY,
    failing.service('app'),
    withRule('retry: {attempts: 2, codes: [500, 502, 503, 504]}'),
  ]);
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 503 });
  expect(failing.requests.length).toBe(3);
  for (const status of [500, 502, 504]) {
    failing.requests.length = 0;
    failing.handler = () => (failing.requests.length === 1 ? { status } : 'well');
    expect(await gateway.request('GET', '/')).toMatchObject({ status: 200, body: 'well' });
    expect(failing.requests.length).toBe(2);
  }
  failing.requests.length = 0;
  failing.handler = () => ({ status: 501 });
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 501 });
  expect(failing.requests.length).toBe(1);
});

row(['RES-05', 'RES-06'], 'without retry a status is final', async () => {
  const failing = await startBackend(() => ({ status: 503 }));
  const gateway = await startGateway([GATEWAY, failing.service('app'), ROUTE]);
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 503 });
  expect(failing.requests.length).toBe(1);
});

row('RES-06', 'connections that fail and break, and attempts that take too long, are retried', async () => {
  const backends = await startNamed(2);
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    withRule('retry: {attempts: 1, codes: [500]}\ntimeouts: {backendRequest: 300ms}'),
  ]);
  backends[0]!.handler = (_, response) => {
    response.destroy();
    return null;
  };
  expect(await answers(gateway, 4)).toEqual(['1', '1', '1', '1']);
  backends[0]!.handler = () => ({ delay: 2_000 });
  expect(await answers(gateway, 2)).toEqual(['1', '1']);
  await backends[0]!.close();
  expect(await answers(gateway, 4)).toEqual(['1', '1', '1', '1']);
});

row('RES-07', 'attempts and the waits between them end with the timeout of the request', async () => {
  const failing = await startBackend(() => ({ status: 503, delay: 100 }));
  const gateway = await startGateway([
    GATEWAY,
    failing.service('app'),
    withRule('timeouts: {request: 500ms}\nretry: {attempts: 50, codes: [503], backoff: 50ms}'),
  ]);
  const began = performance.now();
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 504 });
  expect(performance.now() - began).toBeLessThan(900);
  expect(failing.requests.length).toBeLessThan(6);
});

row('RES-08', 'a POST whose body is not kept is not sent again', async () => {
  const failing = await startBackend(() => ({ status: 503 }));
  const parameters = `apiVersion: headgate.dev/v1alpha1
kind: GatewayParameters
metadata: {name: small}
spec:
  retry: {maxBufferedBody: 1Ki}
`;
  const classed = GATEWAY.replace(
    'gateway-controller\n',
    'gateway-controller\n  parametersRef: {group: headgate.dev, kind: GatewayParameters, name: small, namespace: default}\n',
  );
  const gateway = await startGateway([
    classed,
    parameters,
    failing.service('app'),
    withRule('retry: {attempts: 3, codes: [503]}'),
  ]);
  expect(await gateway.request('POST', '/', { body: 'x'.repeat(5_000) })).toMatchObject({ status: 503 });
  expect(failing.requests.length).toBe(1);
  failing.requests.length = 0;
  expect(await gateway.request('POST', '/', { body: 'x'.repeat(500) })).toMatchObject({ status: 503 });
  expect(failing.requests.length).toBe(4);
  expect(failing.requests.map(({ body }) => body.length)).toEqual([500, 500, 500, 500]);
});

row('RES-08', 'without retry a POST that was sent on is not sent again when its connection breaks', async () => {
  const backends = await startNamed(2);
  for (const backend of backends) {
    backend.handler = (_, response) => {
      response.destroy();
      return null;
    };
  }
  const gateway = await startGateway([GATEWAY, service('app', backends), ROUTE]);
  expect(await gateway.request('POST', '/', { body: 'once' })).toMatchObject({ status: 502 });
  expect(backends[0]!.requests.length + backends[1]!.requests.length).toBe(1);
});

row('RES-09', 'retries beyond the budget are answered 503', async () => {
  const failing = await startBackend(() => ({ status: 500 }));
  const gateway = await startGateway([
    GATEWAY,
    failing.service('app'),
    withRule('retry: {attempts: 1, codes: [500]}'),
    trafficPolicy('retryConstraint: {budget: {percent: 20, interval: 10s}, minRetryRate: {count: 3, interval: 10s}}'),
  ]);
  const statuses = (await Promise.all(Array.from({ length: 5 }, () => gateway.request('GET', '/')))).map(
    ({ status }) => status,
  );
  // Three retries are always allowed, which more than spends 20 % of five requests.
  expect(tally(statuses.map(String))).toEqual({ 500: 3, 503: 2 });
  expect(failing.requests.length).toBe(8);
  failing.handler = () => 'well';
  for (let index = 0; index < 20; index++) expect((await gateway.request('GET', '/')).status).toBe(200);
  failing.handler = () => ({ status: 500 });
  // Of 26 requests five may be retries: two more.
  const later: number[] = [];
  for (let index = 0; index < 3; index++) later.push((await gateway.request('GET', '/')).status);
  expect(later).toEqual([500, 500, 503]);
  expect(gateway.metric('headgate_requests_total', { reason: 'retry-budget' })).toBe(3);
});

row('RES-09', 'the budget is that of all rules together, every retry counts, and what is free comes back', async () => {
  const failing = await startBackend(() => ({ status: 500 }));
  const rules = ['/one', '/two'].map((path) => route(path.slice(1), path, 'app', 'retry: {attempts: 2, codes: [500]}'));
  const gateway = await startGateway([
    GATEWAY,
    failing.service('app'),
    ...rules,
    trafficPolicy('retryConstraint: {budget: {percent: 0, interval: 1s}, minRetryRate: {count: 3, interval: 1s}}'),
  ]);
  const began = performance.now();
  const ask = async (path: string) => (await gateway.request('GET', path)).status;
  // Two retries of the first, one of the second: three are free.
  expect([await ask('/one'), await ask('/two'), await ask('/one')]).toEqual([500, 503, 503]);
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(failing.requests.length).toBe(6);
  await sleep(1_200);
  expect(await ask('/two')).toBe(500);
  expect(failing.requests.length).toBe(9);
});

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

row(
  ['RES-02', 'RES-20', 'RES-21'],
  'a default timeout for all routes, and a route that says something else',
  async () => {
    const slow = await startBackend(() => ({ body: 'late', delay: 500 }));
    const parameters = `apiVersion: headgate.dev/v1alpha1
kind: GatewayParameters
metadata: {name: bounds}
spec:
  defaults: {requestTimeout: 200ms}
`;
    const classed = GATEWAY.replace(
      'gateway-controller\n',
      'gateway-controller\n  parametersRef: {group: headgate.dev, kind: GatewayParameters, name: bounds, namespace: default}\n',
    );
    const gateway = await startGateway([
      classed,
      parameters,
      slow.service('app'),
      route('default', '/default', 'app'),
      route('longer', '/longer', 'app', 'timeouts: {request: 5s}'),
      route('none', '/none', 'app', 'timeouts: {request: 0s}'),
    ]);
    const began = performance.now();
    expect((await gateway.request('GET', '/default')).status).toBe(504);
    expect(performance.now() - began).toBeLessThan(450);
    expect((await gateway.request('GET', '/longer')).status).toBe(200);
    expect((await gateway.request('GET', '/none')).status).toBe(200);
  },
);

row(['RES-20', 'RES-21'], 'each rule has its own bounds', async () => {
  const slow = await startBackend(() => ({ body: 'late', delay: 400 }));
  const gateway = await startGateway([
    GATEWAY,
    slow.service('app'),
    route('short', '/short', 'app', 'timeouts: {request: 100ms}'),
    route('long', '/long', 'app'),
  ]);
  expect((await gateway.request('GET', '/short')).status).toBe(504);
  expect((await gateway.request('GET', '/long')).status).toBe(200);
});

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
