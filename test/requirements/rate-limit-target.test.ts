/** Rows of group RL: where requests are counted. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startBackend } from './backend.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { limitPolicy, made, statuses, times } from './rate-limit.ts';
import { row } from './row.ts';

/** One request of each of so many clients, on one connection. */
async function flood(port: number, clients: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const answers = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  for (let first = 0; first < clients; first += 1_000) {
    let requests = '';
    for (let id = first; id < first + 1_000; id++) {
      requests += `GET / HTTP/1.1\r\nHost: a.example\r\nX-Client-Id: client-${id}\r\n\r\n`;
    }
    socket.write(requests);
    // Every answer of these has one, at its end; that of the backend stands for it once.
    for (let missing = 1_000, rest = ''; missing > (first === 0 ? 1 : 0); ) {
      const { value, done } = await answers.next();
      if (done === true) throw new Error('the proxy has closed the connection');
      const parts = (rest + value.toString('latin1')).split('in 1h.\n');
      missing -= parts.length - 1;
      rest = parts.at(-1)!;
    }
  }
  socket.destroy();
}

const RULES = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: example}
spec:
  parentRefs: [{name: web}]
  rules:
    - {name: external, matches: [{path: {value: /external}}], backendRefs: [{name: app, port: 80}]}
    - {name: internal, matches: [{path: {value: /internal}}], backendRefs: [{name: app, port: 80}]}
`;
const example = (section: string) =>
  `{group: gateway.networking.k8s.io, kind: HTTPRoute, name: example${section === '' ? '' : `, sectionName: ${section}`}}`;
const LIMITS = '{limits: [{name: a, requests: 2, interval: 1m}]}';

row('RL-17', 'flooding one rule does not limit the other', async () => {
  const { gateway } = await made([RULES, limitPolicy(LIMITS, example('external'))]);
  expect(await statuses(gateway, 20, { path: '/external' })).toEqual([200, 200, ...times(429, 18)]);
  expect(await statuses(gateway, 20, { path: '/internal' })).toEqual(times(200, 20));
});

test('a policy for a route counts all of its rules together, and one for rules each for itself', async () => {
  const { gateway, backend } = await made([RULES, limitPolicy(LIMITS, example(''))]);
  expect(await statuses(gateway, 2, { path: '/external' })).toEqual([200, 200]);
  expect(await statuses(gateway, 1, { path: '/internal' })).toEqual([429]);
  await gateway.reload([
    GATEWAY,
    backend.service('app'),
    RULES,
    limitPolicy(LIMITS, `${example('external')}, ${example('internal')}`, 'defaults', 'each'),
  ]);
  expect(await statuses(gateway, 3, { path: '/external' })).toEqual([200, 200, 429]);
  expect(await statuses(gateway, 3, { path: '/internal' })).toEqual([200, 200, 429]);
});

row('RL-18', 'a policy for a Service counts all of its routes together', async () => {
  const backend = await startBackend();
  const other = await startBackend();
  const manifests = [
    GATEWAY,
    backend.service('app'),
    other.service('other'),
    route('external', '/external', 'app'),
    route('internal', '/internal', 'app'),
    route('other', '/other', 'other'),
  ];
  const target = '{group: "", kind: Service, name: app}';
  const gateway = await startGateway([...manifests, limitPolicy(LIMITS, target)]);
  expect(gateway.condition('RateLimitPolicy', 'limit', 'Accepted')).toMatchObject({ status: 'True' });
  expect(await statuses(gateway, 1, { path: '/external' })).toEqual([200]);
  expect(await statuses(gateway, 2, { path: '/internal' })).toEqual([200, 429]);
  expect(await statuses(gateway, 1, { path: '/external' })).toEqual([429]);
  expect(await statuses(gateway, 5, { path: '/other' })).toEqual(times(200, 5));
});

test('a policy for a Service holds beside that of a route', async () => {
  const { gateway } = await made([
    limitPolicy('{limits: [{name: route, requests: 3, interval: 1m}]}'),
    limitPolicy(
      '{limits: [{name: service, requests: 2, interval: 1m}]}',
      '{group: "", kind: Service, name: app}',
      'defaults',
      's',
    ),
  ]);
  const { header } = await gateway.request('GET', '/');
  expect(header('RateLimit-Policy')).toBe('"route";q=3;w=60, "service";q=2;w=60');
  expect(await statuses(gateway, 2)).toEqual([200, 429]);
  const refused = await gateway.request('GET', '/');
  expect(refused.body).toContain('at most 3');
});

row('RL-19', 'the same client has a counter for each route', async () => {
  const { gateway } = await made([
    route('one', '/one', 'app'),
    route('two', '/two', 'app'),
    limitPolicy(
      LIMITS,
      '{group: gateway.networking.k8s.io, kind: HTTPRoute, name: one}, {group: gateway.networking.k8s.io, kind: HTTPRoute, name: two}',
    ),
  ]);
  expect(await statuses(gateway, 3, { path: '/one' })).toEqual([200, 200, 429]);
  expect(await statuses(gateway, 3, { path: '/two' })).toEqual([200, 200, 429]);
  expect(await statuses(gateway, 3, { path: '/' })).toEqual(times(200, 3));
});

const WEB = '{group: gateway.networking.k8s.io, kind: Gateway, name: web}';

row('RL-20', 'what a Gateway says holds for its routes, and their own policies win unless it overrides', async () => {
  const backend = await startBackend();
  const manifests = [GATEWAY, backend.service('app'), route('one', '/one', 'app'), route('two', '/two', 'app')];
  const own = limitPolicy(
    '{limits: [{name: own, requests: 3, interval: 1m}]}',
    '{group: gateway.networking.k8s.io, kind: HTTPRoute, name: two}',
    'defaults',
    'own',
  );
  const gateway = await startGateway([...manifests, limitPolicy(LIMITS, WEB), own]);
  expect(await statuses(gateway, 3, { path: '/one' })).toEqual([200, 200, 429]);
  expect(await statuses(gateway, 4, { path: '/two' })).toEqual([200, 200, 200, 429]);
  await gateway.reload([
    ...manifests,
    limitPolicy('{limits: [{name: b, requests: 1, interval: 1m}]}', WEB, 'overrides'),
    own,
  ]);
  expect(await statuses(gateway, 2, { path: '/one' })).toEqual([200, 429]);
  expect(await statuses(gateway, 2, { path: '/two' })).toEqual([200, 429]);
});

test('a Gateway may count all of its routes together', async () => {
  const { gateway } = await made([
    route('one', '/one', 'app'),
    limitPolicy('{limits: [{name: a, requests: 2, interval: 1m, scope: Target}]}', WEB),
  ]);
  expect(await statuses(gateway, 1, { path: '/one' })).toEqual([200]);
  expect(await statuses(gateway, 2, { path: '/' })).toEqual([200, 429]);
  expect(await statuses(gateway, 1, { path: '/one' })).toEqual([429]);
});

row('RL-23', 'a change of something else does not set a counter back', async () => {
  const { gateway, backend } = await made([limitPolicy(LIMITS)]);
  expect(await statuses(gateway, 2)).toEqual([200, 200]);
  const manifests = [GATEWAY, backend.service('app'), route('app', '/', 'app')];
  await gateway.reload([...manifests, route('unrelated', '/unrelated', 'app'), limitPolicy(LIMITS)]);
  expect(await statuses(gateway, 1)).toEqual([429]);
  // Nor one of the policy that leaves the limit as it is.
  await gateway.reload([...manifests, limitPolicy(LIMITS.replace('}]', '}], response: {statusCode: 503}'))]);
  expect(await statuses(gateway, 1)).toEqual([503]);
});

row(
  'RL-24',
  'any number of clients leaves memory as it is',
  async () => {
    // The second limit lets nothing through after the first request, so that no backend is kept busy.
    const limits = `{name: each, requests: 1, interval: 1h, key: {type: Header, header: {name: X-Client-Id}}},
      {name: all, requests: 1, interval: 1h, key: {type: Target}}`;
    const { gateway } = await made([limitPolicy(`{limits: [${limits}]}`)]);
    const CLIENTS = 220_000;
    await flood(gateway.port(), CLIENTS);
    const remembered = gateway.metric('headgate_rate_limit_clients');
    expect(remembered).toBeGreaterThanOrEqual(100_000);
    expect(remembered).toBeLessThanOrEqual(200_000);
  },
  120_000,
);

test('a policy for a listener holds there only', async () => {
  const backend = await startBackend();
  const two = GATEWAY.replace(
    / {4}- name: http\n[\s\S]*/,
    (listener) => listener + listener.replace('http', 'other').replace('80', '81'),
  );
  const gateway = await startGateway([
    two,
    backend.service('app'),
    route('app', '/', 'app'),
    limitPolicy(LIMITS, '{group: gateway.networking.k8s.io, kind: Gateway, name: web, sectionName: http}'),
  ]);
  expect(await statuses(gateway, 3)).toEqual([200, 200, 429]);
  expect(await statuses(gateway, 3, { path: 'http://a.example:81/' })).toEqual(times(200, 3));
});

test('calls of a GRPCRoute are limited too', async () => {
  const backend = await startBackend(() => ({ headers: { 'content-type': 'application/grpc' } }), {
    protocol: 'h2c',
  });
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    `apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: calls}
spec:
  parentRefs: [{name: web}]
  rules: [{backendRefs: [{name: app, port: 80}]}]
`,
    limitPolicy(LIMITS, '{group: gateway.networking.k8s.io, kind: GRPCRoute, name: calls}'),
  ]);
  const call = async () => {
    const headers = { 'content-type': 'application/grpc', te: 'trailers' };
    return (await gateway.request('POST', '/shop.v1.Cart/Add', { http2: true, headers })).header('grpc-status');
  };
  expect([await call(), await call(), await call()]).toEqual([null, null, '14']);
  expect(backend.requests).toHaveLength(2);
});

test('a refusal of a gRPC request is one that its client understands', async () => {
  const { gateway } = await made([limitPolicy(LIMITS)]);
  const call = () => gateway.request('POST', '/', { http2: true, headers: { 'content-type': 'application/grpc' } });
  await statuses(gateway, 2);
  const { status, header } = await call();
  expect([status, header('grpc-status'), header('grpc-message')]).toEqual([200, '14', '429 Too Many Requests']);
  expect(header('retry-after')).toMatch(/^(59|60)$/);
  expect((await gateway.request('GET', '/', { http2: true })).status).toBe(429);
});
