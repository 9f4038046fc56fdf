import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type RequirementBackend, startBackend } from './backend.ts';
import { accessLines, GATEWAY, type RequirementGateway, refusals, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

const TARGET = '{group: gateway.networking.k8s.io, kind: HTTPRoute, name: app}';

/** A policy of the given settings, in YAML's flow form. */
function policy(settings: string, targets = TARGET, as = 'defaults', name = 'limit'): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: RateLimitPolicy
metadata: {name: ${name}}
spec:
  targetRefs: [${targets}]
  ${as}: ${settings}
`;
}

type Made = { readonly backend: RequirementBackend; readonly gateway: RequirementGateway };

/** A gateway whose route `app` leads to a backend. */
async function made(manifests: readonly string[], flags: readonly string[] = []): Promise<Made> {
  const backend = await startBackend();
  const gateway = await startGateway([GATEWAY, backend.service('app'), route('app', '/', 'app'), ...manifests], {
    flags,
  });
  return { backend, gateway };
}

/** The statuses of as many requests, one after the other. */
async function statuses(
  gateway: RequirementGateway,
  count: number,
  { path = '/', headers = {}, from }: { path?: string; headers?: Record<string, string>; from?: string } = {},
): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < count; index++) {
    const { status } = await gateway.request('GET', path, { headers, ...(from === undefined ? {} : { from }) });
    found.push(status);
  }
  return found;
}

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

const times = (status: number, count: number): number[] => new Array<number>(count).fill(status);
const until = (time: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));

describe('what is let through', () => {
  row('RL-01', 'requests 1 to 100 of a minute pass and the next one does not', async () => {
    const { backend, gateway } = await made([policy('{limits: [{name: a, requests: 100, interval: 1m}]}')]);
    expect(gateway.condition('RateLimitPolicy', 'limit', 'Accepted')).toMatchObject({ status: 'True' });
    expect(gateway.condition('RateLimitPolicy', 'limit', 'Programmed')).toMatchObject({ status: 'True' });
    expect(await statuses(gateway, 101)).toEqual([...times(200, 100), 429]);
    expect(backend.requests).toHaveLength(100);
  });

  row('RL-02', 'nothing is limited without a policy, or where one without limits is nearer', async () => {
    const gatewayPolicy = policy(
      '{limits: [{name: a, requests: 1, interval: 1m}]}',
      '{group: gateway.networking.k8s.io, kind: Gateway, name: web}',
    );
    const { gateway, backend } = await made([gatewayPolicy]);
    const manifests = [GATEWAY, backend.service('app'), route('app', '/', 'app')];
    expect(await statuses(gateway, 2)).toEqual([200, 429]);
    await gateway.reload([...manifests, gatewayPolicy, policy('{limits: []}', TARGET, 'defaults', 'none')]);
    expect(await statuses(gateway, 3)).toEqual(times(200, 3));
    await gateway.reload(manifests);
    expect(await statuses(gateway, 3)).toEqual(times(200, 3));
  });

  row('RL-03', 'an interval is a Duration: 500ms, 1m30s, 24h', async () => {
    const { gateway } = await made([policy('{limits: [{name: a, requests: 1, interval: 500ms}]}')]);
    expect(await statuses(gateway, 2)).toEqual([200, 429]);
    await until(performance.now() + 520);
    expect(await statuses(gateway, 2)).toEqual([200, 429]);
    for (const interval of ['1m30s', '24h']) {
      expect(refusals(policy(`{limits: [{name: a, requests: 1, interval: ${interval}}]}`))).toEqual([]);
    }
    expect(refusals(policy('{limits: [{name: a, requests: 1, interval: 1d}]}'))[0]).toContain('must be a duration');
  });

  row(['RL-04', 'RL-05'], 'a penalty is exact, and a new interval follows it', async () => {
    const { gateway } = await made([policy('{limits: [{name: a, requests: 3, interval: 1m, penalty: 1s}]}')]);
    expect(await statuses(gateway, 3)).toEqual(times(200, 3));
    await until(performance.now() + 300);
    const begin = performance.now();
    expect(await statuses(gateway, 1)).toEqual([429]);
    await until(begin + 600);
    expect(await statuses(gateway, 1)).toEqual([429]);
    await until(begin + 1_050);
    const field = (await gateway.request('GET', '/')).header('RateLimit');
    expect(field).toBe('"a";r=2;t=60');
    expect(await statuses(gateway, 3)).toEqual([200, 200, 429]);
  });

  row('RL-06', 'a penalty may be longer than the interval', async () => {
    const { gateway } = await made([policy('{limits: [{name: a, requests: 5, interval: 100ms, penalty: 1s}]}')]);
    expect(await statuses(gateway, 6)).toEqual([...times(200, 5), 429]);
    const begin = performance.now();
    await until(begin + 500);
    expect(await statuses(gateway, 1)).toEqual([429]);
    await until(begin + 1_050);
    expect(await statuses(gateway, 1)).toEqual([200]);
  });

  row(
    ['RL-07', 'RL-08'],
    'without a penalty the interval is waited for, and asking does not make it longer',
    async () => {
      const { backend, gateway } = await made([policy('{limits: [{name: a, requests: 2, interval: 1s}]}')]);
      const begin = performance.now();
      expect(await statuses(gateway, 2)).toEqual([200, 200]);
      for (let at = 150; at <= 600; at += 150) {
        await until(begin + at);
        expect(await statuses(gateway, 1)).toEqual([429]);
      }
      expect(backend.requests).toHaveLength(2);
      await until(begin + 1_100);
      expect(await statuses(gateway, 1)).toEqual([200]);
    },
  );

  row('RL-08', 'requests that are refused do not make a penalty longer', async () => {
    const { gateway } = await made([policy('{limits: [{name: a, requests: 1, interval: 1m, penalty: 1s}]}')]);
    expect(await statuses(gateway, 2)).toEqual([200, 429]);
    const begin = performance.now();
    for (let at = 150; at <= 600; at += 150) {
      await until(begin + at);
      expect(await statuses(gateway, 1)).toEqual([429]);
    }
    await until(begin + 1_050);
    expect(await statuses(gateway, 1)).toEqual([200]);
  });

  test('of several limits all must let a request through, and one that does not leaves the others as they are', async () => {
    const limits = '{name: burst, requests: 2, interval: 600ms}, {name: all, requests: 3, interval: 1m}';
    const { gateway } = await made([policy(`{limits: [${limits}]}`)]);
    expect(await statuses(gateway, 4)).toEqual([200, 200, 429, 429]);
    await until(performance.now() + 620);
    expect(await statuses(gateway, 2)).toEqual([200, 429]);
    const refused = await gateway.request('GET', '/');
    expect(refused.header('RateLimit')).toMatch(/^"burst";r=1;t=1, "all";r=0;t=(59|60)$/);
    expect(refused.header('RateLimit-Policy')).toBe('"burst";q=2;w=1, "all";q=3;w=60');
  });
});

describe('who is counted', () => {
  const BY_HEADER = 'key: {type: Header, header: {name: X-Client-Id}}';

  row(
    ['RL-09', 'RL-10'],
    'clients are told by a header, and an exempt one is neither limited nor counted',
    async () => {
      const exempt = 'exempt: [{type: Header, header: {name: X-Client-Id, value: admin-client}}]';
      const { gateway } = await made([
        policy(`{limits: [{name: a, requests: 1, interval: 1m, ${BY_HEADER}}], ${exempt}}`),
      ]);
      const as = (id: string) => ({ headers: { 'x-client-id': id } });
      expect(await statuses(gateway, 2, as('one'))).toEqual([200, 429]);
      expect(await statuses(gateway, 2, as('two'))).toEqual([200, 429]);
      expect(await statuses(gateway, 5, as('admin-client'))).toEqual(times(200, 5));
      expect(await statuses(gateway, 2, as('Admin-Client'))).toEqual([200, 429]);
    },
  );

  row('RL-11', 'a client that does not say who it is is its address, or is refused where that is wanted', async () => {
    const { gateway, backend } = await made([policy(`{limits: [{name: a, requests: 1, interval: 1m, ${BY_HEADER}}]}`)]);
    expect(await statuses(gateway, 2, { from: '127.0.0.2' })).toEqual([200, 429]);
    expect(await statuses(gateway, 2, { from: '127.0.0.3' })).toEqual([200, 429]);
    const strict = 'key: {type: Header, header: {name: X-Client-Id}, fallback: Reject}';
    await gateway.reload([
      GATEWAY,
      backend.service('app'),
      route('app', '/', 'app'),
      policy(`{limits: [{name: a, requests: 1, interval: 1m, ${strict}}]}`),
    ]);
    const { status, header } = await gateway.request('GET', '/');
    expect(status).toBe(401);
    expect(header('WWW-Authenticate')).toBe('ApiKey header="x-client-id"');
    expect(await statuses(gateway, 1, { headers: { 'x-client-id': 'one' } })).toEqual([200]);
  });

  row('RL-12', 'clients are addresses, or all one', async () => {
    const { gateway, backend } = await made([policy('{limits: [{name: a, requests: 2, interval: 1m}]}')]);
    expect(await statuses(gateway, 3, { from: '127.0.0.2' })).toEqual([200, 200, 429]);
    expect(await statuses(gateway, 3, { from: '127.0.0.3' })).toEqual([200, 200, 429]);
    await gateway.reload([
      GATEWAY,
      backend.service('app'),
      route('app', '/', 'app'),
      policy('{limits: [{name: all, requests: 2, interval: 1m, key: {type: Target}}]}'),
    ]);
    expect(await statuses(gateway, 1, { from: '127.0.0.2' })).toEqual([200]);
    expect(await statuses(gateway, 2, { from: '127.0.0.3' })).toEqual([200, 429]);
  });

  test('networks are exempt by the address that a trusted hop tells', async () => {
    const settings =
      '{limits: [{name: a, requests: 1, interval: 1m}], exempt: [{type: SourceIP, cidrs: [198.51.100.0/24]}]}';
    const { gateway } = await made([policy(settings)], ['--trusted-proxies', '127.0.0.0/8']);
    const as = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    expect(await statuses(gateway, 3, as('198.51.100.7'))).toEqual(times(200, 3));
    expect(await statuses(gateway, 2, as('192.0.2.7'))).toEqual([200, 429]);
    expect(await statuses(gateway, 2, as('192.0.2.8'))).toEqual([200, 429]);
    // One client has all of an IPv6 network of 64 bits.
    expect(await statuses(gateway, 1, as('2001:db8:1:2::3'))).toEqual([200]);
    expect(await statuses(gateway, 1, as('2001:db8:1:2:ffff::4'))).toEqual([429]);
    expect(await statuses(gateway, 1, as('2001:db8:1:3::3'))).toEqual([200]);
  });
});

describe('what is answered', () => {
  row(['RL-13', 'RL-14', 'RL-15', 'ERR-03'], 'status, body and when to come again', async () => {
    const { gateway, backend } = await made([policy('{limits: [{name: a, requests: 1, interval: 1m30s}]}')]);
    await gateway.request('GET', '/');
    const plain = await gateway.request('GET', '/');
    expect(plain).toMatchObject({ status: 429, body: 'Too many requests: at most 1 in 1m30s.\n' });
    expect(plain.header('Content-Type')).toBe('text/plain; charset=utf-8');
    expect(plain.header('Retry-After')).toMatch(/^(89|90)$/);
    const body = `'{"message": "{limit} per {interval} by {name}", "again": {retryAfter}}'`;
    const response = `{statusCode: 503, contentType: application/json, body: ${body}}`;
    await gateway.reload([
      GATEWAY,
      backend.service('app'),
      route('app', '/', 'app'),
      policy(`{limits: [{name: quota, requests: 1, interval: 1h}], response: ${response}}`),
    ]);
    await gateway.request('GET', '/');
    const own = await gateway.request('GET', '/');
    expect(own.status).toBe(503);
    expect(own.header('Content-Type')).toBe('application/json');
    expect(JSON.parse(own.body)).toEqual({
      message: '1 per 1h by quota',
      again: Number(own.header('Retry-After')),
    });
  });

  row('RL-16', 'responses say what is left, unless nobody is to know', async () => {
    const { gateway, backend } = await made([policy('{limits: [{name: a, requests: 3, interval: 1m}]}')]);
    backend.handler = () => ({ headers: { RateLimit: 'the backend has no say' } });
    for (const left of [2, 1, 0]) {
      const { header } = await gateway.request('GET', '/');
      expect(header('RateLimit-Policy')).toBe('"a";q=3;w=60');
      expect(header('RateLimit')).toMatch(new RegExp(`^"a";r=${left};t=(59|60)$`));
    }
    const refused = await gateway.request('GET', '/');
    expect(refused.header('RateLimit')).toMatch(/^"a";r=0;t=(59|60)$/);
    await gateway.reload([
      GATEWAY,
      backend.service('app'),
      route('app', '/', 'app'),
      policy('{limits: [{name: b, requests: 1, interval: 1m}], response: {headers: Disabled}}'),
    ]);
    backend.handler = () => 'ok';
    for (const status of [200, 429]) {
      const answer = await gateway.request('GET', '/');
      expect(answer.status).toBe(status);
      expect([answer.header('RateLimit'), answer.header('RateLimit-Policy')]).toEqual([null, null]);
    }
  });

  row('RL-25', 'requests that were refused are counted and logged, with a client that nobody can read', async () => {
    const log = `/tmp/headgate-rate-limit-${process.pid}-${Date.now()}.log`;
    const settings =
      '{limits: [{name: a, requests: 1, interval: 1m, key: {type: Header, header: {name: X-Client-Id}}}]}';
    const { gateway } = await made([policy(settings)], ['--access-log', log]);
    expect(await statuses(gateway, 3, { headers: { 'x-client-id': 'secret-client' } })).toEqual([200, 429, 429]);
    const labels = { policy: 'default/limit', limit: 'a', rule: 'httproute/default/app/rule/0' };
    expect(gateway.metric('headgate_rate_limited_requests_total', labels)).toBe(2);
    expect(gateway.metric('headgate_requests_total', { code: '4xx', reason: 'rate-limited' })).toBe(2);
    gateway.proxy.flushAccessLog();
    const lines = accessLines(log).filter(({ reason }) => reason === 'rate-limited');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatchObject({ status: 429, rule: 'httproute/default/app/rule/0', limit: 'default/limit/a' });
    expect(lines[0]!.limited_client).toMatch(/^[\w-]{16}$/);
    expect(JSON.stringify(lines)).not.toContain('secret-client');
  });
});

describe('where it is counted', () => {
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
    const { gateway } = await made([RULES, policy(LIMITS, example('external'))]);
    expect(await statuses(gateway, 20, { path: '/external' })).toEqual([200, 200, ...times(429, 18)]);
    expect(await statuses(gateway, 20, { path: '/internal' })).toEqual(times(200, 20));
  });

  test('a policy for a route counts all of its rules together, and one for rules each for itself', async () => {
    const { gateway, backend } = await made([RULES, policy(LIMITS, example(''))]);
    expect(await statuses(gateway, 2, { path: '/external' })).toEqual([200, 200]);
    expect(await statuses(gateway, 1, { path: '/internal' })).toEqual([429]);
    await gateway.reload([
      GATEWAY,
      backend.service('app'),
      RULES,
      policy(LIMITS, `${example('external')}, ${example('internal')}`, 'defaults', 'each'),
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
    const gateway = await startGateway([...manifests, policy(LIMITS, target)]);
    expect(gateway.condition('RateLimitPolicy', 'limit', 'Accepted')).toMatchObject({ status: 'True' });
    expect(await statuses(gateway, 1, { path: '/external' })).toEqual([200]);
    expect(await statuses(gateway, 2, { path: '/internal' })).toEqual([200, 429]);
    expect(await statuses(gateway, 1, { path: '/external' })).toEqual([429]);
    expect(await statuses(gateway, 5, { path: '/other' })).toEqual(times(200, 5));
  });

  test('a policy for a Service holds beside that of a route', async () => {
    const { gateway } = await made([
      policy('{limits: [{name: route, requests: 3, interval: 1m}]}'),
      policy(
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
      policy(
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
    const own = policy(
      '{limits: [{name: own, requests: 3, interval: 1m}]}',
      '{group: gateway.networking.k8s.io, kind: HTTPRoute, name: two}',
      'defaults',
      'own',
    );
    const gateway = await startGateway([...manifests, policy(LIMITS, WEB), own]);
    expect(await statuses(gateway, 3, { path: '/one' })).toEqual([200, 200, 429]);
    expect(await statuses(gateway, 4, { path: '/two' })).toEqual([200, 200, 200, 429]);
    await gateway.reload([
      ...manifests,
      policy('{limits: [{name: b, requests: 1, interval: 1m}]}', WEB, 'overrides'),
      own,
    ]);
    expect(await statuses(gateway, 2, { path: '/one' })).toEqual([200, 429]);
    expect(await statuses(gateway, 2, { path: '/two' })).toEqual([200, 429]);
  });

  test('a Gateway may count all of its routes together', async () => {
    const { gateway } = await made([
      route('one', '/one', 'app'),
      policy('{limits: [{name: a, requests: 2, interval: 1m, scope: Target}]}', WEB),
    ]);
    expect(await statuses(gateway, 1, { path: '/one' })).toEqual([200]);
    expect(await statuses(gateway, 2, { path: '/' })).toEqual([200, 429]);
    expect(await statuses(gateway, 1, { path: '/one' })).toEqual([429]);
  });

  row('RL-23', 'a change of something else does not set a counter back', async () => {
    const { gateway, backend } = await made([policy(LIMITS)]);
    expect(await statuses(gateway, 2)).toEqual([200, 200]);
    const manifests = [GATEWAY, backend.service('app'), route('app', '/', 'app')];
    await gateway.reload([...manifests, route('unrelated', '/unrelated', 'app'), policy(LIMITS)]);
    expect(await statuses(gateway, 1)).toEqual([429]);
    // Nor one of the policy that leaves the limit as it is.
    await gateway.reload([...manifests, policy(LIMITS.replace('}]', '}], response: {statusCode: 503}'))]);
    expect(await statuses(gateway, 1)).toEqual([503]);
  });

  row(
    'RL-24',
    'any number of clients leaves memory as it is',
    async () => {
      // The second limit lets nothing through after the first request, so that no backend is kept busy.
      const limits = `{name: each, requests: 1, interval: 1h, key: {type: Header, header: {name: X-Client-Id}}},
      {name: all, requests: 1, interval: 1h, key: {type: Target}}`;
      const { gateway } = await made([policy(`{limits: [${limits}]}`)]);
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
      policy(LIMITS, '{group: gateway.networking.k8s.io, kind: Gateway, name: web, sectionName: http}'),
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
      policy(LIMITS, '{group: gateway.networking.k8s.io, kind: GRPCRoute, name: calls}'),
    ]);
    const call = async () => {
      const headers = { 'content-type': 'application/grpc', te: 'trailers' };
      return (await gateway.request('POST', '/shop.v1.Cart/Add', { http2: true, headers })).header('grpc-status');
    };
    expect([await call(), await call(), await call()]).toEqual([null, null, '14']);
    expect(backend.requests).toHaveLength(2);
  });

  test('a refusal of a gRPC request is one that its client understands', async () => {
    const { gateway } = await made([policy(LIMITS)]);
    const call = () => gateway.request('POST', '/', { http2: true, headers: { 'content-type': 'application/grpc' } });
    await statuses(gateway, 2);
    const { status, header } = await call();
    expect([status, header('grpc-status'), header('grpc-message')]).toEqual([200, '14', '429 Too Many Requests']);
    expect(header('retry-after')).toMatch(/^(59|60)$/);
    expect((await gateway.request('GET', '/', { http2: true })).status).toBe(429);
  });
});

row('RL-21', 'what cannot be a limit is refused', () => {
  const said = (limit: string) => refusals(policy(`{limits: [{name: a, ${limit}}]}`));
  expect(said('requests: 0, interval: 1s')[0]).toContain('requests: must be between 1 and 1000000000, not 0');
  expect(said('requests: 1')[0]).toContain('interval: is required');
  expect(said('requests: 1, interval: 0s')[0]).toContain('interval: must be longer than 0s');
  expect(said('interval: 1s')[0]).toContain('requests: is required');
});
