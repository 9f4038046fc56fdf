/** Rows of group CACHE: which requests share an entry, and which entries are flushed together. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { startBackend } from './backend.ts';
import { cached, cachePolicy } from './cached.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import { row } from './row.ts';

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
    cachePolicy('users', ['users'], { region: 'users', flushToken }),
    cachePolicy('people', ['people'], { region: 'users' }),
    cachePolicy('carts', ['carts'], { region: 'carts' }),
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
    cachePolicy('shared', ['a', 'b'], { region: 'lists' }),
    cachePolicy('own', ['c'], { region: 'others' }),
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
  await gateway.reload([...rest, cachePolicy('users', ['users'], { flushToken: 'b' })]);
  open();
  expect(await slow).toBe('answer 2');
  expect(await get('/')).toBe('answer 3');
  expect(await get('/slow')).toBe('answer 4');
  await gateway.reload([...rest, cachePolicy('users', ['users'], { flushToken: 'b', ttl: '31s' })]);
  expect(await get('/')).toBe('answer 3');
});

row('CACHE-05', 'so does another value of the annotation, and the admin API empties a region at once', async () => {
  const { gateway, get, rest } = await cached({ region: 'lists' });
  expect([await get(), await get()]).toEqual(['answer 1', 'answer 1']);
  const byHand = JSON.parse(cachePolicy('users', ['users'], { region: 'lists' }));
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
