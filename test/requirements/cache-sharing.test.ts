/** Rows of group CACHE: who may have what another was answered, and what other policies do to it. */
import { expect } from 'vitest';
import { startBackend } from './backend.ts';
import { cached, cachePolicy } from './cached.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

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
  await gateway.reload([...rest, cachePolicy('users', ['users'], {})]);
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
    cachePolicy('users', ['users'], {}),
  ]);
  for (const _ of [1, 2]) {
    const response = await gateway.request('GET', '/');
    expect([response.header('x-via'), response.header('server')]).toEqual(['gateway', null]);
  }
  expect(backend.requests).toHaveLength(1);
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
  await gateway.reload([...rest, cachePolicy('users', ['users'], {}), limit]);
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
  await gateway.reload([...rest, cachePolicy('users', ['users'], {}), access, keys]);
  expect([await ask(null), await ask('key-a'), await ask('key-a'), await ask('key-b')]).toEqual([
    401,
    'answer 1',
    'answer 2',
    'answer 3',
  ]);
  await gateway.reload([...rest, cachePolicy('users', ['users'], { allowAuthenticated: true }), access, keys]);
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
    await gateway.reload([...rest, cachePolicy('users', ['users'], {})]);
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
