/** Requirements, section 5: load balancing and stickiness. */
import { expect } from 'vitest';
import type { Runtime } from '../../src/proxy/runtime.ts';
import { service, startBackend } from './backend.ts';
import { GATEWAY, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';
import { answers, cookieOf, sleep, startNamed, tally, trafficPolicy } from './traffic.ts';

const ROUTE = route('app', '/', 'app');

row(['LB-01', 'LB-02', 'LB-07'], 'without a policy endpoints are used in rotation', async () => {
  const backends = await startNamed(2);
  const gateway = await startGateway([GATEWAY, service('app', backends), ROUTE]);
  const found = await answers(gateway, 10);
  expect(tally(found)).toEqual({ 0: 5, 1: 5 });
  for (let index = 1; index < found.length; index++) expect(found[index]).not.toBe(found[index - 1]);
});

row(['LB-02', 'LB-07'], 'a policy that says nothing of balancing means RoundRobin', async () => {
  const backends = await startNamed(2);
  const policy = trafficPolicy('circuitBreaker: {consecutiveFailures: 3}');
  const gateway = await startGateway([GATEWAY, service('app', backends), ROUTE, policy]);
  expect(tally(await answers(gateway, 10))).toEqual({ 0: 5, 1: 5 });
  expect(gateway.condition('BackendTrafficPolicy', 'app', 'Accepted')).toMatchObject({ status: 'True' });
  expect(gateway.condition('BackendTrafficPolicy', 'app', 'Programmed')).toMatchObject({ status: 'True' });
});

row(['LB-03', 'LB-04', 'NO-12'], 'LeastRequest sends to the endpoint with the fewest requests under way', async () => {
  const backends = await startNamed(2);
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    ROUTE,
    trafficPolicy('loadBalancer: {type: LeastRequest}'),
  ]);
  // A tie goes to the first.
  expect(await answers(gateway, 3)).toEqual(['0', '0', '0']);
  backends[0]!.handler = ({ url }) => (url === '/slow' ? { body: '0', delay: 300 } : '0');
  const slow = gateway.request('GET', '/slow');
  await sleep(100);
  expect(await answers(gateway, 4)).toEqual(['1', '1', '1', '1']);
  await slow;
  // It is free again: its request is complete.
  expect(await answers(gateway, 2)).toEqual(['0', '0']);
});

row('LB-04', 'the count of LeastRequest is given back when the client goes, and after a timeout', async () => {
  const backends = await startNamed(2);
  const bounded = ROUTE.replace('      backendRefs:', '      timeouts: {request: 200ms}\n      backendRefs:');
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    bounded,
    trafficPolicy('loadBalancer: {type: LeastRequest}'),
  ]);
  backends[0]!.handler = ({ url }) => (url === '/' ? '0' : { delay: 2_000 });
  expect(await gateway.request('GET', '/never')).toMatchObject({ status: 504 });
  expect(await answers(gateway, 2)).toEqual(['0', '0']);
  const client = await gateway.connect();
  client.socket.write('GET /never HTTP/1.1\r\nHost: a.example\r\n\r\n');
  await sleep(50);
  expect(await answers(gateway, 2)).toEqual(['1', '1']);
  client.socket.resetAndDestroy();
  await sleep(50);
  expect(await answers(gateway, 2)).toEqual(['0', '0']);
});

row(['LB-03', 'NO-12'], 'Random takes the freer of two that are drawn', async () => {
  const backends = await startNamed(3);
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    ROUTE,
    trafficPolicy('loadBalancer: {type: Random}'),
  ]);
  expect(Object.keys(tally(await answers(gateway, 60)))).toEqual(['0', '1', '2']);
  // One that is busy loses against every other: with two endpoints it gets nothing.
  await gateway.reload([
    GATEWAY,
    service('app', backends.slice(0, 2)),
    ROUTE,
    trafficPolicy('loadBalancer: {type: Random}'),
  ]);
  for (const backend of backends) backend.handler = ({ url }) => (url === '/slow' ? { body: 'slow', delay: 500 } : '');
  const slow = gateway.request('GET', '/slow');
  await sleep(100);
  const before = backends.map(({ requests }) => requests.length);
  await answers(gateway, 10);
  const grown = backends.map(({ requests }, index) => requests.length - before[index]!);
  expect(grown.toSorted()).toEqual([0, 0, 10]);
  await slow;
});

row(['LB-03', 'LB-16', 'NO-12'], 'ConsistentHash sends the same key to the same endpoint', async () => {
  const backends = await startNamed(4);
  const byHeader = trafficPolicy(`loadBalancer:
  type: ConsistentHash
  consistentHash: {type: Header, header: {name: X-User}}`);
  const gateway = await startGateway([GATEWAY, service('app', backends), ROUTE, byHeader]);
  const homes = new Map<string, string>();
  for (let user = 0; user < 20; user++) {
    const found = await answers(gateway, 3, { headers: { 'x-user': `user-${user}` } });
    expect(new Set(found).size).toBe(1);
    homes.set(`user-${user}`, found[0]!);
  }
  expect(new Set(homes.values()).size).toBeGreaterThan(2);
  // An endpoint that goes moves nobody but its own.
  await gateway.reload([GATEWAY, service('app', backends.slice(0, 3)), ROUTE, byHeader]);
  for (const [user, home] of homes) {
    const [now] = await answers(gateway, 1, { headers: { 'x-user': user } });
    if (home !== '3') expect(now).toBe(home);
  }
});

row('LB-16', 'ConsistentHash by address of the client', async () => {
  const backends = await startNamed(3);
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    ROUTE,
    trafficPolicy('loadBalancer: {type: ConsistentHash, consistentHash: {type: SourceIP}}'),
  ]);
  const homes = new Set<string>();
  for (let client = 20; client < 40; client++) {
    const found = await answers(gateway, 2, { from: `127.0.0.${client}` });
    expect(found[0]).toBe(found[1]);
    homes.add(found[0]!);
  }
  expect(homes.size).toBe(3);
});

row(
  ['LB-05', 'LB-09', 'LB-12'],
  "ConsistentHash by a cookie reads the application's own, and balances who has none",
  async () => {
    const backends = await startNamed(3);
    const gateway = await startGateway([
      GATEWAY,
      service('app', backends),
      ROUTE,
      trafficPolicy(`loadBalancer:
  type: ConsistentHash
  consistentHash: {type: Cookie, cookie: {name: .AspNetCore.Session}}`),
    ]);
    const first = await gateway.request('GET', '/', { headers: { cookie: 'a=b; .AspNetCore.Session=abc' } });
    expect(first.header('set-cookie')).toBeNull();
    const found = await answers(gateway, 5, { headers: { cookie: '.AspNetCore.Session=abc; c=d' } });
    expect(new Set([first.body, ...found]).size).toBe(1);
    expect(tally(await answers(gateway, 6))).toEqual({ 0: 2, 1: 2, 2: 2 });
  },
);

row('LB-16', 'weights of endpoints are exact over every round', async () => {
  const backends = await startNamed(2);
  const weights = 'endpointWeights: [{cidr: 127.0.0.2/32, weight: 3}]';
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    ROUTE,
    trafficPolicy(`loadBalancer: {type: RoundRobin, ${weights}}`),
  ]);
  expect(tally(await answers(gateway, 8))).toEqual({ 0: 6, 1: 2 });
  await gateway.reload([
    GATEWAY,
    service('app', backends),
    ROUTE,
    trafficPolicy(`loadBalancer: {type: ConsistentHash, consistentHash: {type: SourceIP}, ${weights}}`),
  ]);
  expect(gateway.condition('BackendTrafficPolicy', 'app', 'Accepted')).toMatchObject({ status: 'True' });
});

row('LB-06', 'First always takes the first endpoint', async () => {
  const backends = await startNamed(3);
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    ROUTE,
    trafficPolicy('loadBalancer: {type: First}'),
  ]);
  expect(tally(await answers(gateway, 6))).toEqual({ 0: 6 });
});

row('LB-08', 'a type that nobody knows is refused before it is served', async () => {
  const [backend] = await startNamed(1);
  const wrong = trafficPolicy('loadBalancer: {type: LeastLoad}');
  expect(refusals(wrong)).toEqual([expect.stringMatching(/^spec\.loadBalancer\.type: must be one of/)]);
  const gateway = await startGateway([GATEWAY, service('app', [backend!]), ROUTE, wrong], { refused: true });
  expect(await gateway.request('GET', '/')).toMatchObject({ status: 200 });
  expect(gateway.status('BackendTrafficPolicy', 'app')).toBeNull();
});

const STICKY = trafficPolicy('sessionPersistence: {type: Cookie, cookie: {name: session}}');

row(
  ['LB-05', 'LB-09', 'LB-11', 'LB-12'],
  'clients without a cookie take turns and get one, by which they stay',
  async () => {
    const backends = await startNamed(3);
    const gateway = await startGateway([GATEWAY, service('app', backends), ROUTE, STICKY]);
    const first = await Promise.all([0, 1, 2].map(() => gateway.request('GET', '/')));
    expect(tally(first.map(({ body }) => body))).toEqual({ 0: 1, 1: 1, 2: 1 });
    for (const response of first) {
      const cookie = cookieOf(response);
      expect(cookie).toMatch(/^session=[\w-]{20}$/);
      expect(response.header('set-cookie')).toBe(`${cookie}; Path=/; HttpOnly; SameSite=Strict`);
      expect(cookie).not.toContain('127.0.0');
      expect(new Set(await answers(gateway, 5, { headers: { cookie } }))).toEqual(new Set([response.body]));
    }
  },
);

row('LB-05', 'sessions by header: the response has the token that requests bring back', async () => {
  const backends = await startNamed(3);
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    ROUTE,
    trafficPolicy('sessionPersistence: {type: Header, header: {name: X-Session}}'),
  ]);
  const first = await gateway.request('GET', '/');
  const token = first.header('x-session')!;
  expect(new Set(await answers(gateway, 6, { headers: { 'X-Session': token } }))).toEqual(new Set([first.body]));
  expect((await gateway.request('GET', '/', { http2: true, headers: { 'x-session': token } })).body).toBe(first.body);
});

row('LB-10', 'every request prolongs a session with an idle timeout, and without one it ends', async () => {
  const backends = await startNamed(3);
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    ROUTE,
    trafficPolicy('sessionPersistence: {type: Cookie, cookie: {name: session}, idleTimeout: 1s}'),
  ]);
  let last = await gateway.request('GET', '/');
  const { body: home } = last;
  for (let step = 0; step < 4; step++) {
    await sleep(600);
    last = await gateway.request('GET', '/', { headers: { cookie: cookieOf(last) } });
    expect(last.body).toBe(home);
    expect(cookieOf(last)).not.toBe('');
  }
  await sleep(1_100);
  // It is nobody's now: three in turn are all three.
  const late = await answers(gateway, 3, { headers: { cookie: cookieOf(last) } });
  expect(tally(late)).toEqual({ 0: 1, 1: 1, 2: 1 });
});

row('LB-13', 'when its endpoint goes, a session gets another one and a new cookie', async () => {
  const backends = await startNamed(3);
  const gateway = await startGateway([GATEWAY, service('app', backends), ROUTE, STICKY]);
  const first = await gateway.request('GET', '/');
  const rest = backends.filter((_, index) => String(index) !== first.body);
  await gateway.reload([GATEWAY, service('app', rest), ROUTE, STICKY]);
  const second = await gateway.request('GET', '/', { headers: { cookie: cookieOf(first) } });
  expect(second.status).toBe(200);
  expect(second.body).not.toBe(first.body);
  expect(cookieOf(second)).not.toBe(cookieOf(first));
  expect(new Set(await answers(gateway, 4, { headers: { cookie: cookieOf(second) } }))).toEqual(new Set([second.body]));
});

row('LB-13', 'an endpoint that does not answer costs its sessions no error', async () => {
  const backends = await startNamed(3);
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    ROUTE,
    trafficPolicy(`sessionPersistence: {type: Cookie, cookie: {name: session}}
passiveHealthCheck: {consecutiveConnectErrors: 1, ejectionDuration: 10s}`),
  ]);
  const first = await gateway.request('GET', '/');
  await backends[Number(first.body)]!.close();
  const second = await gateway.request('GET', '/', { headers: { cookie: cookieOf(first) } });
  expect(second.status).toBe(200);
  expect(cookieOf(second)).not.toBe('');
  expect(new Set(await answers(gateway, 4, { headers: { cookie: cookieOf(second) } }))).toEqual(new Set([second.body]));
});

row(['LB-14', 'LB-15'], 'proxies that share nothing but the manifests keep the same sessions', async () => {
  const backends = await startNamed(4);
  const manifests = [GATEWAY, service('app', backends), ROUTE, STICKY];
  const one = await startGateway(manifests);
  const other = await startGateway(manifests);
  for (let client = 0; client < 6; client++) {
    const first = await one.request('GET', '/');
    const cookie = cookieOf(first);
    const elsewhere = await other.request('GET', '/', { headers: { cookie } });
    expect(elsewhere.body).toBe(first.body);
    // All that is known is in the cookie, so nobody needs to remember it.
    expect(cookieOf(elsewhere)).toBe('');
  }
});

row('LB-14', 'a cookie that was made up is none', async () => {
  const backends = await startNamed(3);
  const gateway = await startGateway([GATEWAY, service('app', backends), ROUTE, STICKY]);
  for (const value of ['AAAAAAAAAAAAAAAAAAAA', 'x'.repeat(4_000), '127.0.0.2:80', '']) {
    const response = await gateway.request('GET', '/', { headers: { cookie: `session=${value}` } });
    expect(response.status).toBe(200);
    expect(cookieOf(response)).toMatch(/^session=[\w-]{20}$/);
  }
});

row('LB-18', 'a retry picks another endpoint, and the one that failed is left out for a while', async () => {
  const backends = await startNamed(3);
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    ROUTE,
    trafficPolicy('passiveHealthCheck: {consecutiveConnectErrors: 1, ejectionDuration: 1s}'),
  ]);
  const { port } = backends[1]!;
  await backends[1]!.close();
  expect(Object.keys(tally(await answers(gateway, 6)))).toEqual(['0', '2']);
  // One attempt found out; nobody has tried it since.
  expect(gateway.metric('headgate_backend_connect_failures_total')).toBe(1);
  const again = await startBackend(() => '1', { address: '127.0.0.3', port });
  await sleep(1_200);
  expect(tally(await answers(gateway, 6))).toEqual({ 0: 2, 1: 2, 2: 2 });
  expect(again.requests.length).toBe(2);
});

row(['LB-19', 'LB-01'], 'killing one of several endpoints costs no client an error', async () => {
  const backends = await startNamed(3);
  const retrying = ROUTE.replace(
    '      backendRefs:',
    '      retry: {attempts: 2, codes: [500, 502, 503, 504]}\n      backendRefs:',
  );
  const gateway = await startGateway([GATEWAY, service('app', backends), retrying]);
  const statuses: number[] = [];
  const load = async () => {
    for (let index = 0; index < 40; index++) statuses.push((await gateway.request('GET', '/')).status);
  };
  const running = Promise.all([load(), load()]);
  await sleep(20);
  await backends[1]!.close();
  await running;
  expect(tally(statuses.map(String))).toEqual({ 200: 80 });
});

row('LB-17', "what balancers count is their own proxy's", async () => {
  const backends = await startNamed(2);
  const manifests = [GATEWAY, service('app', backends), ROUTE, trafficPolicy('loadBalancer: {type: LeastRequest}')];
  const one = await startGateway(manifests);
  const other = await startGateway(manifests);
  backends[0]!.handler = ({ url }) => (url === '/slow' ? { body: '0', delay: 300 } : '0');
  const slow = one.request('GET', '/slow');
  await sleep(100);
  expect(await answers(one, 2)).toEqual(['1', '1']);
  expect(await answers(other, 2)).toEqual(['0', '0']);
  await slow;
});

row('LB-04', 'no request is counted for ever, whatever becomes of it', async () => {
  const backends = await startNamed(3);
  const gateway = await startGateway([
    GATEWAY,
    service('app', backends),
    ROUTE.replace(
      '      backendRefs:',
      '      timeouts: {request: 150ms}\n      retry: {attempts: 2, codes: [503], backoff: 5ms}\n      backendRefs:',
    ),
    trafficPolicy(`loadBalancer: {type: LeastRequest}
circuitBreaker: {consecutiveFailures: 5, openDuration: 500ms}
passiveHealthCheck: {consecutiveServerErrors: 3, ejectionDuration: 200ms}
connections: {maxPerEndpoint: 3, maxPendingRequests: 2}`),
  ]);
  for (const backend of backends) {
    backend.handler = ({ url }, response) => {
      const [, kind] = url.split('/');
      if (kind === 'error') return { status: 503 };
      if (kind === 'slow') return { delay: 400 };
      if (kind === 'break') response.destroy();
      if (kind === 'half') response.write('some');
      return kind === 'break' || kind === 'half' ? null : 'well';
    };
  }
  const kinds = ['well', 'error', 'slow', 'break', 'half', 'well', 'leave'];
  const storm = Array.from({ length: 120 }, async (_, index) => {
    const kind = kinds[index % kinds.length]!;
    await sleep(index * 5);
    if (kind !== 'leave') return gateway.request('GET', `/${kind}`, { http2: index % 2 === 0 }).catch(() => null);
    const client = await gateway.connect();
    client.socket.write('GET /slow HTTP/1.1\r\nHost: a.example\r\n\r\n');
    await sleep(20);
    client.socket.resetAndDestroy();
    return null;
  });
  await Promise.all(storm);
  await sleep(600);
  const { runtime } = gateway.proxy as unknown as { readonly runtime: Runtime };
  const known = runtime.backends.of('default/web', 'service/default/app/80')!;
  expect(known.endpoints.map(({ load }) => load.requests)).toEqual([0, 0, 0]);
  expect(await answers(gateway, 3, {}, '/well')).toEqual(['well', 'well', 'well']);
});
