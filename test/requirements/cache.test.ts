/** Rows of group CACHE: what a CachePolicy keeps, for whom, and for how long. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Handler, startBackend } from './backend.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

/** A CachePolicy for the HTTPRoutes named; `spec` is the rest of its spec as JSON has it. */
function policy(name: string, routes: readonly string[], spec: Record<string, unknown>): string {
  const group = 'gateway.networking.k8s.io';
  return JSON.stringify({
    apiVersion: 'headgate.dev/v1alpha1',
    kind: 'CachePolicy',
    metadata: { name },
    spec: { targetRefs: routes.map((target) => ({ group, kind: 'HTTPRoute', name: target })), ttl: '30s', ...spec },
  });
}

/** A backend whose answers are numbered, and a gateway with a policy for its one route, `users`. */
async function cached(spec: Record<string, unknown> = {}, handler: Handler = () => ({})) {
  let count = 0;
  const backend = await startBackend(async (request, response) => {
    const reply = await handler(request, response);
    count++;
    return reply === null || typeof reply === 'string' ? reply : { body: `answer ${count}`, ...reply };
  });
  const rest = [GATEWAY, backend.service('users'), route('users', '/', 'users')];
  const gateway = await startGateway([...rest, policy('users', ['users'], spec)]);
  const get = async (path = '/', headers: Record<string, string> = {}, method = 'GET', body = '') =>
    (await gateway.request(method, path, { headers, body })).body;
  return { backend, gateway, get, rest };
}

row('CACHE-01', 'the second equal GET is answered without the backend', async () => {
  const { backend, gateway } = await cached();
  const first = await gateway.request('GET', '/list?page=1');
  const second = await gateway.request('GET', '/list?page=1');
  expect([first.body, second.body]).toEqual(['answer 1', 'answer 1']);
  expect(backend.requests).toHaveLength(1);
  expect(gateway.condition('CachePolicy', 'users', 'Accepted')).toMatchObject({ status: 'True', reason: 'Accepted' });
  expect(gateway.condition('CachePolicy', 'users', 'Programmed')).toMatchObject({ status: 'True' });
});

row('CACHE-01', 'over HTTP/2 as well, from what HTTP/1.1 has brought', async () => {
  const { backend, gateway, get } = await cached();
  await get('/');
  const second = await gateway.request('GET', '/', { http2: true });
  expect(second).toMatchObject({ status: 200, body: 'answer 1' });
  expect(second.header('content-length')).toBe('8');
  expect(backend.requests).toHaveLength(1);
});

row('CACHE-02', 'the ttl counts from when the response was stored, not from its last use', async () => {
  const { backend, get } = await cached({ ttl: '600ms' });
  expect(await get()).toBe('answer 1');
  await pause(400);
  expect(await get()).toBe('answer 1');
  await pause(300);
  expect(await get()).toBe('answer 2');
  expect(backend.requests).toHaveLength(2);
});

row('CACHE-03', 'a ttl of nothing, and none at all, are refused', async () => {
  const backend = await startBackend();
  for (const [spec, problem] of [
    [{ ttl: '0s' }, 'spec.ttl: must be more than 0s and at most 8760h'],
    [{ ttl: undefined }, 'spec.ttl: is required'],
  ] as const) {
    const manifests = [
      GATEWAY,
      backend.service('users'),
      route('users', '/', 'users'),
      policy('users', ['users'], spec),
    ];
    const gateway = await startGateway(manifests, { refused: true });
    expect(gateway.problems.join()).toContain(problem);
    await gateway.request('GET', '/');
    await gateway.request('GET', '/');
  }
  expect(backend.requests).toHaveLength(4);
});

row('CACHE-04', 'routes share a region, and it is cleared without touching another', async () => {
  const backend = await startBackend(({ url }) => ({ body: `${url} ${backend.requests.length}` }));
  const rest = [
    GATEWAY,
    backend.service('app'),
    route('users', '/users', 'app'),
    route('people', '/people', 'app'),
    route('carts', '/carts', 'app'),
  ];
  const policies = (flushToken: string) => [
    policy('users', ['users'], { region: 'users', flushToken }),
    policy('people', ['people'], { region: 'users' }),
    policy('carts', ['carts'], { region: 'carts' }),
  ];
  const gateway = await startGateway([...rest, ...policies('1')]);
  const all = async () => {
    const bodies: string[] = [];
    for (const path of ['/users', '/people', '/carts']) bodies.push((await gateway.request('GET', path)).body);
    return bodies;
  };
  expect(await all()).toEqual(['/users 1', '/people 2', '/carts 3']);
  expect(await all()).toEqual(['/users 1', '/people 2', '/carts 3']);
  await gateway.reload([...rest, ...policies('2')]);
  expect(await all()).toEqual(['/users 4', '/people 5', '/carts 3']);
});

row(['CACHE-04', 'CACHE-10'], 'routes of a region that send the same to one backend share entries', async () => {
  const backend = await startBackend(() => ({ body: `answer ${backend.requests.length}` }));
  const rewrite = `filters:
  - type: URLRewrite
    urlRewrite:
      path:
        type: ReplacePrefixMatch
        replacePrefixMatch: /list
`;
  const manifests = [
    GATEWAY,
    backend.service('app'),
    route('a', '/a', 'app', rewrite),
    route('b', '/b', 'app', rewrite),
    route('c', '/c', 'app', rewrite),
  ];
  const gateway = await startGateway([
    ...manifests,
    policy('shared', ['a', 'b'], { region: 'lists' }),
    policy('own', ['c'], { region: 'others' }),
  ]);
  expect((await gateway.request('GET', '/a/x')).body).toBe('answer 1');
  expect((await gateway.request('GET', '/b/x')).body).toBe('answer 1');
  expect((await gateway.request('GET', '/c/x')).body).toBe('answer 2');
  expect(backend.requests.map(({ url }) => url)).toEqual(['/list/x', '/list/x']);
});

row('CACHE-05', 'a new flush token empties the region, and what was on its way before is not kept', async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { gateway, get, rest } = await cached({ flushToken: 'a' }, async ({ url }) => {
    if (url === '/slow') await gate;
    return {};
  });
  expect(await get('/')).toBe('answer 1');
  const slow = get('/slow');
  await pause(100);
  await gateway.reload([...rest, policy('users', ['users'], { flushToken: 'b' })]);
  open();
  expect(await slow).toBe('answer 2');
  expect(await get('/')).toBe('answer 3');
  expect(await get('/slow')).toBe('answer 4');
  await gateway.reload([...rest, policy('users', ['users'], { flushToken: 'b', ttl: '31s' })]);
  expect(await get('/')).toBe('answer 3');
});

row('CACHE-05', 'so does another value of the annotation, and the admin API empties a region at once', async () => {
  const { gateway, get, rest } = await cached({ region: 'lists' });
  expect([await get(), await get()]).toEqual(['answer 1', 'answer 1']);
  const byHand = JSON.parse(policy('users', ['users'], { region: 'lists' }));
  byHand.metadata.annotations = { 'headgate.dev/flush': 'now' };
  await gateway.reload([...rest, JSON.stringify(byHand)]);
  expect([await get(), await get()]).toEqual(['answer 2', 'answer 2']);
  gateway.proxy.flushCache('default/others');
  expect(await get()).toBe('answer 2');
  gateway.proxy.flushCache('default/lists');
  expect(await get()).toBe('answer 3');
});

row(
  ['CACHE-06', 'CACHE-07'],
  'the value of a key header tells entries apart, and none is as an empty one',
  async () => {
    const { get } = await cached({ key: { headers: ['OC-Cache-Control'] } });
    expect(await get('/', { 'OC-Cache-Control': '1' })).toBe('answer 1');
    expect(await get('/', { 'oc-cache-control': '1' })).toBe('answer 1');
    expect(await get('/', { 'OC-Cache-Control': '2' })).toBe('answer 2');
    expect(await get('/')).toBe('answer 3');
    expect(await get('/', { 'OC-Cache-Control': '' })).toBe('answer 3');
    expect(await get('/', { 'OC-Cache-Control': '1' })).toBe('answer 1');
  },
);

row('CACHE-08', 'bodies tell no entries apart unless the policy says so', async () => {
  const { backend, get } = await cached();
  expect(await get('/')).toBe('answer 1');
  expect(await get('/', {}, 'GET', 'one')).toBe('answer 1');
  expect(await get('/', {}, 'GET', 'two')).toBe('answer 1');
  expect(backend.requests).toHaveLength(1);
});

row('CACHE-08', 'what a body may have had a part in is not kept for those without one', async () => {
  const { get } = await cached();
  expect(await get('/', {}, 'GET', 'one')).toBe('answer 1');
  expect(await get('/')).toBe('answer 2');
});

row('CACHE-09', 'with Hash the bodies of POSTs to one URL tell entries apart', async () => {
  const { backend, get } = await cached({ key: { body: 'Hash', maxBodyBytes: 10 }, methods: ['GET', 'POST'] });
  expect(await get('/search', {}, 'POST', 'one')).toBe('answer 1');
  expect(await get('/search', {}, 'POST', 'two')).toBe('answer 2');
  expect(await get('/search', {}, 'POST', 'one')).toBe('answer 1');
  expect(await get('/search', {}, 'POST', 'two')).toBe('answer 2');
  expect(await get('/search')).toBe('answer 3');
  expect(backend.requests.map(({ body }) => body)).toEqual(['one', 'two', '']);
  const long = 'a body that is too long';
  expect(await get('/search', {}, 'POST', long)).toBe('answer 4');
  expect(await get('/search', {}, 'POST', long)).toBe('answer 5');
  const chunked = { 'Transfer-Encoding': 'chunked' };
  expect(await get('/search', chunked, 'POST', 'one')).toBe('answer 6');
});

row('CACHE-10', 'method, host, path and query are part of the key', async () => {
  const { get } = await cached();
  const urls = ['/a', '/a?x=1', '/a?x=2', '/b', 'http://b.example/a'];
  const bodies: string[] = [];
  for (const url of [...urls, ...urls]) bodies.push(await get(url));
  expect(bodies.slice(0, 5)).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 4', 'answer 5']);
  expect(bodies.slice(5)).toEqual(bodies.slice(0, 5));
});

row('CACHE-11', 'only the statuses of the policy are kept', async () => {
  const handler: Handler = ({ url }) => ({ status: Number(url.slice(1)) });
  const { backend, get } = await cached({}, handler);
  for (const status of [200, 203, 301, 404, 410, 500, 503, 302, 403]) {
    backend.requests.length = 0;
    await get(`/${status}`);
    await get(`/${status}`);
    expect([status, backend.requests.length]).toEqual([status, [200, 203, 301, 404, 410].includes(status) ? 1 : 2]);
  }
  const own = await cached({ statusCodes: [500] }, handler);
  await own.get('/500');
  await own.get('/500');
  await own.get('/200');
  await own.get('/200');
  expect(own.backend.requests.map(({ url }) => url)).toEqual(['/500', '/200', '/200']);
});

row('CACHE-11', 'a 204 is kept, and has no body and no length', async () => {
  const { backend, gateway } = await cached({}, () => ({ status: 204, body: '' }));
  await gateway.request('GET', '/');
  const second = await gateway.request('GET', '/');
  expect(second).toMatchObject({ status: 204, body: '' });
  expect(second.header('content-length')).toBeNull();
  expect(backend.requests).toHaveLength(1);
});

row('CACHE-12', 'answers to requests with credentials are shared with nobody', async () => {
  const { backend, get } = await cached();
  expect(await get('/', { Authorization: 'Bearer a' })).toBe('answer 1');
  expect(await get('/', { Authorization: 'Bearer b' })).toBe('answer 2');
  expect(await get('/', { Cookie: 'session=a' })).toBe('answer 3');
  expect(await get('/')).toBe('answer 4');
  expect(await get('/', { Authorization: 'Bearer a' })).toBe('answer 5');
  expect(await get('/')).toBe('answer 4');
  expect(backend.requests).toHaveLength(5);
});

row('CACHE-12', 'unless that is allowed, and then for each value of a key header by itself', async () => {
  const { get } = await cached({ allowAuthenticated: true, key: { headers: ['Authorization'] } });
  expect(await get('/', { Authorization: 'Bearer a' })).toBe('answer 1');
  expect(await get('/', { Authorization: 'Bearer b' })).toBe('answer 2');
  expect(await get('/', { Authorization: 'Bearer a' })).toBe('answer 1');
  expect(await get('/')).toBe('answer 3');
});

row('CACHE-12', 'what an allowing policy has kept is not for requests under one that does not allow', async () => {
  const { gateway, get, rest } = await cached({ allowAuthenticated: true });
  expect(await get('/', { Authorization: 'Bearer a' })).toBe('answer 1');
  expect(await get('/')).toBe('answer 1');
  await gateway.reload([...rest, policy('users', ['users'], {})]);
  expect(await get('/')).toBe('answer 2');
});

row('CACHE-12', 'private answers, answers not to be stored, and answers with cookies are not kept', async () => {
  const fields: Record<string, Record<string, string>> = {
    '/private': { 'Cache-Control': 'private' },
    '/no-store': { 'Cache-Control': 'max-age=60, no-store' },
    '/cookie': { 'Set-Cookie': 'a=b' },
    '/any': { Vary: '*' },
    '/public': { 'Cache-Control': 'public' },
  };
  for (const spec of [{}, { ttlMode: 'Override' }, { allowAuthenticated: true }]) {
    const { backend, get } = await cached(spec, ({ url }) => ({ headers: fields[url] ?? {} }));
    for (const path of Object.keys(fields)) for (const _ of [1, 2]) await get(path);
    const times = Object.keys(fields).map((path) => backend.requests.filter(({ url }) => url === path).length);
    expect(times).toEqual([2, 2, 2, 2, 1]);
  }
});

row('CACHE-13', 'POST is not kept by default, and refused in a policy that does not hash bodies', async () => {
  const { backend, get, rest } = await cached();
  await get('/', {}, 'POST', 'x');
  await get('/', {}, 'POST', 'x');
  await get('/', {}, 'OPTIONS');
  await get('/', {}, 'OPTIONS');
  expect(backend.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'OPTIONS', 'OPTIONS']);
  const refused = await startGateway([...rest, policy('users', ['users'], { methods: ['GET', 'POST'] })], {
    refused: true,
  });
  expect(refused.problems.join()).toContain('spec.methods: must have POST only when key.body is Hash');
});

row('CACHE-13', 'HEAD is answered from what GET has brought, and not the other way', async () => {
  const { backend, gateway } = await cached({}, ({ method }) =>
    method === 'HEAD' ? { headers: { 'Content-Length': '8' }, body: '' } : {},
  );
  const first = await gateway.request('HEAD', '/a');
  const second = await gateway.request('HEAD', '/a');
  expect([first.header('content-length'), second.header('content-length')]).toEqual(['8', '8']);
  expect(backend.requests).toHaveLength(1);
  expect((await gateway.request('GET', '/a')).body).toBe('answer 2');
  const third = await gateway.request('HEAD', '/a');
  expect(third).toMatchObject({ status: 200, body: '' });
  expect(third.header('content-length')).toBe('8');
  expect(backend.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET']);
});

row('CACHE-13', 'a change by another method makes what is stored invalid', async () => {
  const { get } = await cached({}, ({ method }) => ({ status: method === 'PUT' ? 403 : 200 }));
  expect(await get('/a')).toBe('answer 1');
  await get('/a', {}, 'PUT', 'x');
  expect(await get('/a')).toBe('answer 1');
  await get('/a', {}, 'DELETE');
  expect(await get('/a')).toBe('answer 4');
});

row('CACHE-14', 'what filters do to responses is done to those of the cache too', async () => {
  const backend = await startBackend(() => ({ headers: { Server: 'app/1.0' }, body: 'x' }));
  const filters = `filters:
  - type: ResponseHeaderModifier
    responseHeaderModifier:
      set:
        - name: X-Via
          value: gateway
      remove: [Server]
`;
  const gateway = await startGateway([
    GATEWAY,
    backend.service('users'),
    route('users', '/', 'users', filters),
    policy('users', ['users'], {}),
  ]);
  for (const _ of [1, 2]) {
    const response = await gateway.request('GET', '/');
    expect([response.header('x-via'), response.header('server')]).toEqual(['gateway', null]);
  }
  expect(backend.requests).toHaveLength(1);
});

row('CACHE-15', 'what was not used for longest goes first when the memory is full', async () => {
  const { gateway, get } = await cached({}, () => ({ body: 'x'.repeat(300_000) }));
  expect(gateway.metric('headgate_cache_bytes')).toBe(0);
  const backend = await startBackend(() => ({ body: 'x'.repeat(300_000) }));
  const small = await startGateway(
    [GATEWAY, backend.service('users'), route('users', '/', 'users'), policy('users', ['users'], {})],
    { flags: ['--cache', '1MiB'] },
  );
  for (const path of ['/1', '/2', '/3', '/1', '/4', '/1', '/2']) await small.request('GET', path);
  expect(backend.requests.map(({ url }) => url)).toEqual(['/1', '/2', '/3', '/4', '/2']);
  expect(small.metric('headgate_cache_evictions_total')).toBe(2);
  expect(small.metric('headgate_cache_bytes')).toBeLessThanOrEqual(1_048_576);
  expect(small.metric('headgate_cache_entries')).toBe(3);
  await get('/');
});

row('CACHE-15', 'a body that is too long, known or not, goes by', async () => {
  const { backend, gateway } = await cached({ maxEntryBytes: 1_000 }, ({ url }, response) => {
    const body = 'x'.repeat(Number(url.split('/')[2]));
    if (url.startsWith('/known')) return { body };
    response.writeHead(200);
    response.write(body.slice(0, 10));
    response.end(body.slice(10));
    return null;
  });
  for (const path of ['/known/1000', '/known/1001', '/chunked/1000', '/chunked/1001']) {
    for (const _ of [1, 2]) expect((await gateway.request('GET', path)).body).toHaveLength(Number(path.split('/')[2]));
  }
  const times = (path: string) => backend.requests.filter(({ url }) => url === path).length;
  expect(['/known/1000', '/known/1001', '/chunked/1000', '/chunked/1001'].map(times)).toEqual([1, 2, 1, 2]);
});

row('CACHE-16', 'Age, Cache-Status and a metric say what became of a request', async () => {
  const { gateway } = await cached();
  const miss = await gateway.request('GET', '/');
  expect([miss.header('age'), miss.header('cache-status')]).toEqual([null, 'Headgate; fwd=uri-miss; stored']);
  const hit = await gateway.request('GET', '/');
  expect(hit.header('age')).toBe('0');
  expect(hit.header('cache-status')).toMatch(/^Headgate; hit; ttl=(?:29|30)$/);
  expect(hit.header('date')).toBe(miss.header('date'));
  expect(hit.headers.filter(([name]) => name.toLowerCase() === 'date')).toHaveLength(1);
  await pause(1_100);
  expect((await gateway.request('GET', '/')).header('age')).toBe('1');
  const bypass = await gateway.request('GET', '/', { headers: { Cookie: 'a=b' } });
  expect(bypass.header('cache-status')).toBe('Headgate; fwd=bypass');
  const results = ['hit', 'miss', 'bypass', 'stale'];
  expect(results.map((result) => gateway.metric('headgate_cache_requests_total', { result }))).toEqual([2, 1, 1, 0]);
  expect(gateway.metric('headgate_requests_total', { reason: 'cache-hit' })).toBe(2);
});

row(['CACHE-01', 'CACHE-04', 'CACHE-06'], 'the example of docs/cache-policy.md does what the page says', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/cache-policy.md'), 'utf8');
  const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  const backend = await startBackend(() => ({ body: `answer ${backend.requests.length}` }));
  const users = backend.service('users', { namespace: 'shop' });
  const around = GATEWAY.replace('name: web', 'name: web\n  namespace: shop');
  const gateway = await startGateway([around, users, example]);
  const get = async (value: string) =>
    (await gateway.request('GET', '/users', { headers: { 'OC-Cache-Control': value } })).body;
  expect([await get('1'), await get('1'), await get('2')]).toEqual(['answer 1', 'answer 1', 'answer 2']);
  expect(gateway.condition('CachePolicy', 'users', 'Accepted')).toMatchObject({ status: 'True' });
  await gateway.reload([around, users, example.replace('2026-11-21', '2026-11-22')]);
  expect(await get('1')).toBe('answer 3');
});

/** Another policy of ours for the route `users`. */
function other(kind: string, defaults: Record<string, unknown>): string {
  return JSON.stringify({
    apiVersion: 'headgate.dev/v1alpha1',
    kind,
    metadata: { name: 'users' },
    spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'users' }], defaults },
  });
}

row('CACHE-14', 'hits count towards limits', async () => {
  const { backend, gateway, rest } = await cached();
  const limit = other('RateLimitPolicy', {
    limits: [{ name: 'all', requests: 3, interval: '1m', key: { type: 'Target' } }],
  });
  await gateway.reload([...rest, policy('users', ['users'], {}), limit]);
  const statuses: number[] = [];
  for (let index = 0; index < 5; index++) statuses.push((await gateway.request('GET', '/')).status);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  expect(backend.requests).toHaveLength(1);
});

row(['CACHE-12', 'CACHE-14'], 'a hit needs the credentials that any other request needs', async () => {
  const { backend, gateway, rest } = await cached();
  const access = other('AccessPolicy', {
    authentication: { type: 'APIKey', apiKey: { secretRefs: [{ name: 'keys' }] } },
  });
  const keys = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'keys' },
    stringData: { a: 'key-a', b: 'key-b' },
  });
  const ask = async (key: string | null) => {
    const response = await gateway.request('GET', '/', { headers: key === null ? {} : { 'X-API-Key': key } });
    return response.status === 200 ? response.body : response.status;
  };
  await gateway.reload([...rest, policy('users', ['users'], {}), access, keys]);
  expect([await ask(null), await ask('key-a'), await ask('key-a'), await ask('key-b')]).toEqual([
    401,
    'answer 1',
    'answer 2',
    'answer 3',
  ]);
  await gateway.reload([...rest, policy('users', ['users'], { allowAuthenticated: true }), access, keys]);
  expect([await ask('key-a'), await ask('key-b'), await ask(null), await ask('wrong')]).toEqual([
    'answer 4',
    'answer 4',
    401,
    401,
  ]);
  expect(backend.requests).toHaveLength(4);
});

row(
  'CACHE-14',
  'what depends on the request is done to the response of every hit, and tells entries apart before it',
  async () => {
    const { backend, gateway } = await cached();
    const transform = JSON.stringify({
      apiVersion: 'headgate.dev/v1alpha1',
      kind: 'HTTPRouteFilter',
      metadata: { name: 'names' },
      spec: {
        type: 'Transform',
        transform: {
          requestHeaders: [{ name: 'X-Tenant', value: '{header.X-Who}' }],
          responseHeaders: [{ name: 'X-Greets', value: '{header.X-Who}' }],
        },
      },
    });
    const use = `filters:
  - type: ExtensionRef
    extensionRef:
      group: headgate.dev
      kind: HTTPRouteFilter
      name: names
`;
    const rest = [GATEWAY, backend.service('users'), route('users', '/', 'users', use), transform];
    await gateway.reload([...rest, policy('users', ['users'], {})]);
    const ask = async (who: string) => {
      const response = await gateway.request('GET', '/', { headers: { 'X-Who': who } });
      return [response.body, response.header('x-greets')];
    };
    expect([await ask('ann'), await ask('bob'), await ask('ann'), await ask('bob')]).toEqual([
      ['answer 1', 'ann'],
      ['answer 2', 'bob'],
      ['answer 1', 'ann'],
      ['answer 2', 'bob'],
    ]);
  },
);
