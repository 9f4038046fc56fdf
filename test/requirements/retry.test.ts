/** Requirements, section 6: timeouts and retries. */
import { expect } from 'vitest';
import { service, startBackend } from './backend.ts';
import { GATEWAY, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { answers, sleep, startNamed, tally, trafficPolicy, withRule } from './traffic.ts';

const ROUTE = route('app', '/', 'app');

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
