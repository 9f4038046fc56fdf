/** How the cache of a CachePolicy behaves as RFC 9111 and RFC 5861 have it, beyond the rows of the requirements. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Handler, startBackend } from '../requirements/backend.ts';
import { GATEWAY, route, startGateway } from '../requirements/gateway.ts';
import type { RequestOptions } from '../requirements/request.ts';

async function cached(spec: Record<string, unknown>, handler: Handler, flags: readonly string[] = []) {
  const backend = await startBackend(handler);
  const policy = JSON.stringify({
    apiVersion: 'headgate.dev/v1alpha1',
    kind: 'CachePolicy',
    metadata: { name: 'app' },
    spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'app' }], ttl: '30s', ...spec },
  });
  const gateway = await startGateway([GATEWAY, backend.service('app'), route('app', '/', 'app'), policy], { flags });
  const get = (path = '/', headers: RequestOptions['headers'] = {}) => gateway.request('GET', path, { headers });
  return { backend, gateway, get };
}

/** The n-th answer, with these fields. */
function numbered(headers: Record<string, string>): Handler {
  let count = 0;
  return () => ({ headers, body: `answer ${++count}` });
}

const LAST_MODIFIED = 'Sat, 21 Nov 2026 12:00:00 GMT';

// Validation

test('a stale response is confirmed by its backend, and what the 304 says anew is kept', async () => {
  let confirmed = 0;
  const { backend, get } = await cached({ ttl: '200ms' }, (request) => {
    if (request.header('if-none-match') !== '"1"') return { headers: { ETag: '"1"', 'X-Seen': 'first' }, body: 'one' };
    confirmed++;
    return { status: 304, headers: { ETag: '"1"', 'X-Seen': `again ${confirmed}` } };
  });
  await get();
  await pause(300);
  const second = await get();
  expect(second).toMatchObject({ status: 200, body: 'one' });
  expect(second.header('x-seen')).toBe('again 1');
  expect(second.header('cache-status')).toBe('Headgate; fwd=stale; fwd-status=304');
  const third = await get();
  expect(third.header('cache-status')).toContain('hit');
  expect(third.header('x-seen')).toBe('again 1');
  expect(backend.requests).toHaveLength(2);
});

test('without an entity tag by its date, and a changed one takes the place of the stale one', async () => {
  let version = 1;
  const { backend, get } = await cached({ ttl: '200ms' }, () => ({
    headers: { 'Last-Modified': LAST_MODIFIED },
    body: `version ${version}`,
  }));
  await get();
  await pause(300);
  version = 2;
  expect((await get()).body).toBe('version 2');
  expect((await get()).body).toBe('version 2');
  expect(backend.requests.map((request) => request.header('if-modified-since'))).toEqual([null, LAST_MODIFIED]);
});

test('no-cache makes a response that can be validated be validated each time', async () => {
  const { backend, get } = await cached({}, (request) =>
    request.header('if-none-match') === '"1"'
      ? { status: 304 }
      : { headers: { ETag: '"1"', 'Cache-Control': 'no-cache' }, body: 'one' },
  );
  for (const _ of [1, 2, 3]) expect(await get()).toMatchObject({ status: 200, body: 'one' });
  expect(backend.requests.map((request) => request.header('if-none-match'))).toEqual([null, '"1"', '"1"']);
});

test('clients that have the response already are told so without the backend', async () => {
  const headers = {
    ETag: '"1"',
    'Last-Modified': LAST_MODIFIED,
    'Content-Type': 'text/plain',
    'Cache-Control': 'max-age=9',
  };
  const { backend, get } = await cached({}, () => ({ headers, body: 'one' }));
  await get();
  const known = await get('/', { 'If-None-Match': 'W/"1"' });
  expect(known).toMatchObject({ status: 304, body: '' });
  expect([known.header('etag'), known.header('cache-control')]).toEqual(['"1"', 'max-age=9']);
  expect([known.header('content-type'), known.header('content-length')]).toEqual([null, null]);
  expect((await get('/', { 'If-Modified-Since': LAST_MODIFIED })).status).toBe(304);
  expect(await get('/', { 'If-None-Match': '"2"', 'If-Modified-Since': LAST_MODIFIED })).toMatchObject({ status: 200 });
  expect(backend.requests).toHaveLength(1);
});

test("a client's own condition is answered from a response that the backend has confirmed", async () => {
  const { backend, get } = await cached({ ttl: '100ms' }, (request) =>
    request.header('if-none-match') === '"1"' ? { status: 304 } : { headers: { ETag: '"1"' }, body: 'one' },
  );
  await get();
  await pause(200);
  expect(await get('/', { 'If-None-Match': '"0"' })).toMatchObject({ status: 200, body: 'one' });
  await pause(200);
  expect(await get('/', { 'If-None-Match': '"1"' })).toMatchObject({ status: 304 });
  expect(backend.requests.map((request) => request.header('if-none-match'))).toEqual([null, '"1"', '"1"']);
});

test('a 304 to a condition of the client is not stored', async () => {
  const { backend, get } = await cached({}, (request) =>
    request.header('if-none-match') === '"1"'
      ? { status: 304, headers: { ETag: '"1"' } }
      : { headers: { ETag: '"1"' }, body: 'one' },
  );
  expect((await get('/', { 'If-None-Match': '"1"' })).status).toBe(304);
  expect(await get()).toMatchObject({ status: 200, body: 'one' });
  expect(await get()).toMatchObject({ status: 200, body: 'one' });
  expect(backend.requests).toHaveLength(2);
});

// Vary

test('responses are told apart by the fields that Vary names', async () => {
  const { backend, get } = await cached({}, (request) => ({
    headers: { Vary: 'Accept-Language' },
    body: request.header('accept-language') ?? 'none',
  }));
  const ask = async (language: string | null) =>
    (await get('/', language === null ? {} : { 'Accept-Language': language })).body;
  for (const language of ['de', 'en', 'de', 'en', null, null]) expect(await ask(language)).toBe(language ?? 'none');
  expect(backend.requests).toHaveLength(3);
  expect((await get('/', { 'Accept-Language': 'fr' })).header('cache-status')).toBe('Headgate; fwd=vary-miss; stored');
});

// Stale responses

test('a stale response stands in for a backend that fails, for as long as it may', async () => {
  let status = 200;
  const { backend, get } = await cached({ ttl: '100ms', staleIfError: '700ms' }, () => ({
    status,
    body: `status ${status}`,
  }));
  await get();
  status = 503;
  await pause(200);
  const stale = await get();
  expect(stale).toMatchObject({ status: 200, body: 'status 200' });
  expect(stale.header('cache-status')).toMatch(/^Headgate; hit; ttl=-1; detail=status-503$/);
  await backend.close();
  expect(await get()).toMatchObject({ status: 200, body: 'status 200' });
  await pause(800);
  expect((await get()).status).toBe(502);
});

test('not where it must be validated', async () => {
  let status = 200;
  const { get } = await cached({ ttl: '100ms', staleIfError: '10s', staleWhileRevalidate: '10s' }, () => ({
    status,
    headers: { 'Cache-Control': 'max-age=0, must-revalidate', ETag: '"1"' },
  }));
  await get();
  status = 500;
  expect((await get()).status).toBe(500);
});

test('a stale response is used while it is fetched anew, once', async () => {
  const { backend, get } = await cached({ ttl: '100ms', staleWhileRevalidate: '5s' }, () => ({
    body: `answer ${backend.requests.length}`,
    delay: 100,
  }));
  await get('/?x', { 'X-Mine': 'a' });
  await pause(200);
  const stale = await Promise.all([1, 2, 3].map(() => get('/?x', { 'X-Mine': 'b' })));
  expect(stale.map(({ body }) => body)).toEqual(['answer 1', 'answer 1', 'answer 1']);
  expect(stale[0]!.header('cache-status')).toMatch(/^Headgate; hit; ttl=-1$/);
  await expect.poll(() => backend.requests.length).toBe(2);
  expect(backend.last).toMatchObject({ method: 'GET', url: '/?x' });
  expect(backend.last.header('host')).toBe('a.example');
  expect(backend.last.header('x-mine')).toBe('b');
  expect(backend.last.header('x-forwarded-proto')).toBe('http');
  await expect.poll(async () => (await get('/?x')).body).not.toBe('answer 1');
});

test('a refetch asks for confirmation, and gets it', async () => {
  const { backend, get } = await cached({ ttl: '300ms', staleWhileRevalidate: '5s' }, (request) =>
    request.header('if-none-match') === '"1"' ? { status: 304 } : { headers: { ETag: '"1"' }, body: 'one' },
  );
  await get();
  await pause(400);
  expect((await get()).body).toBe('one');
  await expect.poll(() => backend.requests.length).toBe(2);
  await pause(50);
  expect((await get()).header('cache-status')).toMatch(/hit; ttl=0$/);
});

// Requests at the same time

test('requests for the same thing at the same time are one to the backend', async () => {
  const { backend, get, gateway } = await cached({}, () => ({ body: 'one', delay: 200 }));
  const all = await Promise.all(Array.from({ length: 10 }, () => get('/slow')));
  expect(all.map(({ body }) => body)).toEqual(Array.from({ length: 10 }, () => 'one'));
  expect(backend.requests).toHaveLength(1);
  expect(all.filter((one) => one.header('cache-status') === 'Headgate; fwd=uri-miss; collapsed')).toHaveLength(9);
  expect(gateway.metric('headgate_cache_requests_total', { result: 'collapsed' })).toBe(9);
});

test('what cannot be stored is not waited for twice', async () => {
  const { backend, get } = await cached({}, () => ({
    headers: { 'Cache-Control': 'private' },
    body: 'mine',
    delay: 150,
  }));
  const started = performance.now();
  await Promise.all(Array.from({ length: 5 }, () => get('/')));
  expect(performance.now() - started).toBeLessThan(600);
  expect(backend.requests).toHaveLength(5);
  const again = performance.now();
  await Promise.all(Array.from({ length: 5 }, () => get('/')));
  expect(performance.now() - again).toBeLessThan(290);
});

test('when the one that the others wait for goes, the next takes its place', async () => {
  const { backend, gateway, get } = await cached({}, () => ({ body: 'one', delay: 300 }));
  const leader = await gateway.connect();
  leader.write('GET /slow HTTP/1.1\r\nHost: a.example\r\n\r\n');
  await pause(50);
  const others = Promise.all([get('/slow'), get('/slow')]);
  await pause(50);
  leader.reset();
  expect((await others).map(({ body }) => body)).toEqual(['one', 'one']);
  expect(backend.requests).toHaveLength(2);
});

test('when the backend fails, everybody is told', async () => {
  const { backend, get } = await cached({}, (_, response) => {
    setTimeout(() => response.destroy(), 100);
    return null;
  });
  const all = await Promise.all([get(), get(), get()]);
  expect(all.map(({ status }) => status)).toEqual([502, 502, 502]);
  expect(backend.requests.length).toBeGreaterThanOrEqual(3);
});

test('an answer that breaks off is not stored', async () => {
  let breaks = true;
  const { get } = await cached({}, (_, response) => {
    if (!breaks) return { body: 'whole' };
    response.writeHead(200, { 'Content-Length': '10' });
    response.write('part');
    setTimeout(() => response.destroy(), 50);
    return null;
  });
  expect((await get()).whole).toBe(false);
  breaks = false;
  expect(await get()).toMatchObject({ status: 200, body: 'whole' });
});

// What clients ask

test('requests for parts, and upgrades, go by', async () => {
  const { backend, get } = await cached({}, (request) =>
    request.header('range') === null
      ? { body: '0123456789' }
      : { status: 206, headers: { 'Content-Range': 'bytes 0-3/10' }, body: '0123' },
  );
  await get();
  const part = await get('/', { Range: 'bytes=0-3' });
  expect(part).toMatchObject({ status: 206, body: '0123' });
  expect(part.header('cache-status')).toBe('Headgate; fwd=bypass');
  expect((await get()).body).toBe('0123456789');
  await get('/', { Connection: 'Upgrade', Upgrade: 'websocket' });
  expect(backend.requests).toHaveLength(3);
});

test('Cache-Control of requests counts', async () => {
  const { backend, get } = await cached({}, numbered({}));
  const ask = async (value: string) => (await get('/', { 'Cache-Control': value })).body;
  expect(await ask('only-if-cached')).toContain('504');
  expect(await ask('no-store')).toBe('answer 1');
  expect((await get()).body).toBe('answer 2');
  expect(await ask('no-cache')).toBe('answer 3');
  expect((await get()).body).toBe('answer 3');
  expect((await get('/', { Pragma: 'no-cache' })).body).toBe('answer 4');
  expect(await ask('max-age=60')).toBe('answer 4');
  expect(await ask('min-fresh=60')).toBe('answer 5');
  expect(await ask('only-if-cached')).toBe('answer 5');
  await pause(1_100);
  expect(await ask('max-age=0')).toBe('answer 6');
  expect(backend.requests).toHaveLength(6);
});

test('a client takes a stale response if it says so', async () => {
  const { get } = await cached({ ttl: '100ms' }, numbered({}));
  await get();
  await pause(200);
  expect((await get('/', { 'Cache-Control': 'max-stale=10' })).body).toBe('answer 1');
  expect((await get()).body).toBe('answer 2');
});

test('unless the policy ignores what clients say', async () => {
  const { get } = await cached({ clientDirectives: 'Ignore' }, numbered({}));
  await get();
  for (const value of ['no-cache', 'no-store', 'max-age=0']) {
    expect((await get('/', { 'Cache-Control': value })).body).toBe('answer 1');
  }
});

test('a chunked body is stored as content, and fields of the connection are not stored', async () => {
  const { backend, get, gateway } = await cached({}, (_, response) => {
    response.writeHead(200, { 'X-Hop': '1', Connection: 'keep-alive, X-Hop', Trailer: 'X-Sum' });
    response.write('one ');
    response.write('two');
    response.addTrailers({ 'X-Sum': '7' });
    response.end();
    return null;
  });
  expect((await get()).body).toBe('one two');
  const hit = await get();
  expect(hit.body).toBe('one two');
  expect(['content-length', 'transfer-encoding', 'x-hop', 'trailer'].map((name) => hit.header(name))).toEqual([
    '7',
    null,
    null,
    null,
  ]);
  expect((await gateway.request('GET', '/', { http2: true })).body).toBe('one two');
  expect(backend.requests).toHaveLength(1);
});

test('a response that has been stored a while before it came is older', async () => {
  const { get } = await cached({}, () => ({ headers: { Age: '20', 'Cache-Control': 'max-age=60' }, body: 'x' }));
  expect((await get()).header('age')).toBe('20');
  const hit = await get();
  expect(hit.header('age')).toMatch(/^2[01]$/);
  expect(hit.header('cache-status')).toMatch(/ttl=(?:39|40)$/);
});

test('what a trusted hop says of the URL tells entries apart, and what anybody else says does not', async () => {
  const handler: Handler = (request) => ({ body: request.header('x-forwarded-proto') ?? 'none' });
  const trusted = await cached({}, handler, ['--trusted-proxies', '127.0.0.1/32']);
  for (const proto of ['https', 'http', 'https', 'http']) {
    expect((await trusted.get('/', { 'X-Forwarded-Proto': proto })).body).toBe(proto);
  }
  expect(trusted.backend.requests).toHaveLength(2);
  const other = await cached({}, handler);
  for (const proto of ['https', 'http']) {
    expect((await other.get('/', { 'X-Forwarded-Proto': proto })).body).toBe('http');
  }
  expect(other.backend.requests).toHaveLength(1);
});

test('what must be validated each time is validated for each of many at the same time', async () => {
  const { backend, get } = await cached({}, (request) =>
    request.header('if-none-match') === '"1"'
      ? { status: 304 }
      : { headers: { ETag: '"1"', 'Cache-Control': 'no-cache' }, body: 'one', delay: 150 },
  );
  const all = await Promise.all([get(), get(), get()]);
  expect(all.map(({ body }) => body)).toEqual(['one', 'one', 'one']);
  expect(backend.requests).toHaveLength(3);
});
