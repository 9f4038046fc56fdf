/** Rows of group CACHE: what a CachePolicy keeps, and for how long. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Handler, startBackend } from './backend.ts';
import { cached, cachePolicy } from './cached.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

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
      cachePolicy('users', ['users'], spec),
    ];
    const gateway = await startGateway(manifests, { refused: true });
    expect(gateway.problems.join()).toContain(problem);
    await gateway.request('GET', '/');
    await gateway.request('GET', '/');
  }
  expect(backend.requests).toHaveLength(4);
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

row('CACHE-13', 'POST is not kept by default, and refused in a policy that does not hash bodies', async () => {
  const { backend, get, rest } = await cached();
  await get('/', {}, 'POST', 'x');
  await get('/', {}, 'POST', 'x');
  await get('/', {}, 'OPTIONS');
  await get('/', {}, 'OPTIONS');
  expect(backend.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'OPTIONS', 'OPTIONS']);
  const refused = await startGateway([...rest, cachePolicy('users', ['users'], { methods: ['GET', 'POST'] })], {
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

row('CACHE-15', 'what was not used for longest goes first when the memory is full', async () => {
  const { gateway, get } = await cached({}, () => ({ body: 'x'.repeat(300_000) }));
  expect(gateway.metric('headgate_cache_bytes')).toBe(0);
  const backend = await startBackend(() => ({ body: 'x'.repeat(300_000) }));
  const small = await startGateway(
    [GATEWAY, backend.service('users'), route('users', '/', 'users'), cachePolicy('users', ['users'], {})],
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
