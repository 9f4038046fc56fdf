/** NO-15 and POL-11: compression at the gateway, by HTTPRouteFilters of type Compression. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { brotliDecompressSync, createGunzip, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { expect } from 'vitest';
import { type Handler, startBackend } from './backend.ts';
import { GATEWAY, route, startGateway } from './gateway.ts';
import type { Received } from './request.ts';
import { row } from './row.ts';

const ROWS = ['NO-15', 'POL-11'];
const TEXT = 'The same words come again and again. '.repeat(200);
const DECODERS = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };

function filter(compression: Record<string, unknown> = {}): string {
  return JSON.stringify({
    apiVersion: 'headgate.dev/v1alpha1',
    kind: 'HTTPRouteFilter',
    metadata: { name: 'small' },
    spec: { type: 'Compression', compression },
  });
}

const USE = `filters:
  - type: ExtensionRef
    extensionRef:
      group: headgate.dev
      kind: HTTPRouteFilter
      name: small
`;

async function compressed(handler: Handler, compression: Record<string, unknown> = {}, more: readonly string[] = []) {
  const backend = await startBackend(handler);
  const rest = [GATEWAY, backend.service('app'), route('app', '/', 'app', USE), filter(compression)];
  const gateway = await startGateway([...rest, ...more]);
  const get = (accepted: string, { http2 = false } = {}, method = 'GET', path = '/') =>
    http2
      ? overHttp2(gateway.port(), accepted, path)
      : gateway.request(method, path, { headers: { 'Accept-Encoding': accepted } });
  return { backend, gateway, get };
}

type Answer = Pick<Received, 'header' | 'bytes' | 'body' | 'whole'>;

/** The same by HTTP/2, with the bytes as they came. */
async function overHttp2(port: number, accepted: string, path: string): Promise<Answer> {
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ':path': path, ':authority': 'a.example', 'accept-encoding': accepted });
  const parts: Buffer[] = [];
  stream.on('data', (part: Buffer) => parts.push(part));
  const [headers] = (await once(stream, 'response')) as [Record<string, string | undefined>];
  await once(stream, 'end');
  session.close();
  const bytes = Buffer.concat(parts);
  return { header: (name) => headers[name] ?? null, bytes, body: bytes.toString(), whole: stream.rstCode === 0 };
}

function decoded(response: Answer): string {
  const coding = response.header('content-encoding') as keyof typeof DECODERS;
  return DECODERS[coding](response.bytes).toString();
}

const text: Handler = () => ({
  headers: { 'Content-Type': 'text/plain', ETag: '"1"', 'Accept-Ranges': 'bytes' },
  body: TEXT,
});

row(ROWS, 'a body goes in the coding that the client likes best', async () => {
  const { get, gateway } = await compressed(text);
  for (const [accepted, coding] of [
    ['gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['gzip, br, zstd', 'zstd'],
    ['br;q=0.5, gzip', 'gzip'],
  ] as const) {
    for (const http2 of [false, true]) {
      const response = await get(accepted, { http2 });
      expect(response.header('content-encoding')).toBe(coding);
      expect(decoded(response)).toBe(TEXT);
      expect(response.header('content-length')).toBe(String(response.bytes.length));
      expect(response.bytes.length).toBeLessThan(TEXT.length / 10);
      expect(response.header('vary')).toBe('Accept-Encoding');
      expect(response.header('etag')).toBe('W/"1"');
      expect(response.header('accept-ranges')).toBeNull();
    }
  }
  expect(gateway.condition('HTTPRouteFilter', 'small', 'Accepted')).toMatchObject({ status: 'True' });
});

row(ROWS, 'a client that accepts none gets the body as it is, and caches are told', async () => {
  const { get, gateway } = await compressed(text);
  for (const response of [await get('deflate'), await get('gzip;q=0'), await gateway.request('GET', '/')]) {
    expect(response.body).toBe(TEXT);
    expect(response.header('content-encoding')).toBeNull();
    expect(response.header('vary')).toBe('Accept-Encoding');
    expect(response.header('etag')).toBe('"1"');
  }
  const head = await get('gzip', {}, 'HEAD');
  expect([head.header('content-encoding'), head.header('vary')]).toEqual([null, 'Accept-Encoding']);
});

row(ROWS, 'what is short, of another type, coded already, or not to be changed, is left alone', async () => {
  const cases: Record<string, [Record<string, string>, string | Buffer]> = {
    '/short': [{ 'Content-Type': 'text/plain' }, 'x'.repeat(1_023)],
    '/image': [{ 'Content-Type': 'image/png' }, TEXT],
    '/untyped': [{}, TEXT],
    '/coded': [{ 'Content-Type': 'text/plain', 'Content-Encoding': 'br' }, TEXT],
    '/fixed': [{ 'Content-Type': 'text/plain', 'Cache-Control': 'no-transform' }, TEXT],
  };
  const { gateway } = await compressed(({ url }) => ({ headers: cases[url]![0], body: cases[url]![1] }));
  for (const [path, [headers, body]] of Object.entries(cases)) {
    const response = await gateway.request('GET', path, { headers: { 'Accept-Encoding': 'gzip' } });
    expect(response.header('content-encoding')).toBe(headers['Content-Encoding'] ?? null);
    expect(response.header('vary')).toBeNull();
    expect(response.body).toBe(body);
  }
});

row(ROWS, 'the filter says which types, from which size on, and in what', async () => {
  const { gateway, get } = await compressed(
    () => ({ headers: { 'Content-Type': 'Image/X-Icon; a=b' }, body: 'x'.repeat(50) }),
    {
      encodings: ['Gzip'],
      contentTypes: ['image/*'],
      minBytes: 50,
    },
  );
  const response = await get('br, gzip;q=0.1');
  expect(response.header('content-encoding')).toBe('gzip');
  expect(decoded(response)).toBe('x'.repeat(50));
  expect(gateway.problems).toEqual([]);
});

row(ROWS, 'long bodies are coded as they come, whatever their framing and the version of HTTP', async () => {
  const long = Array.from({ length: 40_000 }, (_, index) => `line ${index * 7919}\n`).join('');
  const { backend, gateway, get } = await compressed(({ url }, response) => {
    const headers = { 'Content-Type': 'text/plain' };
    if (url === '/length') return { headers, body: long };
    response.writeHead(200, { ...headers, ...(url === '/close' ? { Connection: 'close' } : {}) });
    for (let at = 0; at < long.length; at += 20_000) response.write(long.slice(at, at + 20_000));
    response.end();
    return null;
  });
  for (const path of ['/length', '/chunked', '/close']) {
    for (const coding of ['gzip', 'br', 'zstd']) {
      for (const http2 of [false, true]) {
        const response = await get(coding, { http2 }, 'GET', path);
        expect(response.whole).toBe(true);
        expect(response.header('content-length')).toBeNull();
        expect(decoded(response) === long).toBe(true);
      }
    }
  }
  // Connections go on after bodies that were coded, and what is not coded comes as it was.
  expect(backend.connections).toBeLessThan(18);
  const plain = await gateway.request('GET', '/chunked');
  expect(plain.body === long).toBe(true);
});

row(ROWS, 'a stream of events stays one', async () => {
  const { gateway } = await compressed((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    let count = 0;
    const timer = setInterval(() => {
      response.write(`data: ${++count}\n\n`);
      if (count === 3) {
        clearInterval(timer);
        response.end();
      }
    }, 150);
    return null;
  });
  const started = performance.now();
  const gunzip = createGunzip();
  const events: [string, number][] = [];
  gunzip.on('data', (data: Buffer) => events.push([data.toString(), performance.now() - started]));
  const ask = { host: '127.0.0.1', port: gateway.port(), headers: { Host: 'a.example', 'Accept-Encoding': 'gzip' } };
  const [response] = (await once(get(ask), 'response')) as [IncomingMessage];
  expect(response.headers['content-encoding']).toBe('gzip');
  response.pipe(gunzip);
  await expect.poll(() => events.map(([data]) => data).join('')).toBe('data: 1\n\ndata: 2\n\ndata: 3\n\n');
  expect(events[0]![1]).toBeLessThan(290);
  expect(events.length).toBeGreaterThanOrEqual(3);
});

row(ROWS, 'a client that goes in the middle costs nobody else anything', async () => {
  const { gateway, get } = await compressed((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    const timer = setInterval(() => response.write(TEXT), 20);
    response.on('close', () => clearInterval(timer));
    setTimeout(() => response.end(), 400);
    return null;
  });
  const client = await gateway.connect();
  await client.write('GET / HTTP/1.1\r\nHost: a.example\r\nAccept-Encoding: br\r\n\r\n');
  await pause(100);
  client.reset();
  const response = await get('br');
  expect(response.whole).toBe(true);
  expect(decoded(response)).toContain(TEXT);
});

row(ROWS, 'a body that breaks off at the backend breaks off for the client', async () => {
  const { get } = await compressed((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': '100000' });
    response.write(TEXT);
    setTimeout(() => response.destroy(), 50);
    return null;
  });
  expect((await get('gzip')).whole).toBe(false);
});

row([...ROWS, 'CACHE-14'], 'what the cache keeps is coded for each client, and once for each coding', async () => {
  const policy = JSON.stringify({
    apiVersion: 'headgate.dev/v1alpha1',
    kind: 'CachePolicy',
    metadata: { name: 'app' },
    spec: { targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'app' }], ttl: '30s' },
  });
  for (const size of [1, 20]) {
    const body = TEXT.repeat(size);
    const { backend, gateway, get } = await compressed(
      () => ({ headers: { 'Content-Type': 'text/plain', ETag: '"1"' }, body }),
      {},
      [policy],
    );
    expect(decoded(await get('gzip'))).toBe(body);
    const kept = gateway.metric('headgate_cache_bytes');
    for (const accepted of ['br', 'gzip', 'br', 'zstd', 'identity']) {
      const response = await get(accepted);
      expect(response.header('cache-status')).toContain('hit');
      expect(response.header('vary')).toBe('Accept-Encoding');
      if (accepted === 'identity') expect(response.body).toBe(body);
      else expect([response.header('content-encoding'), decoded(response)]).toEqual([accepted, body]);
      expect(response.header('etag')).toBe(accepted === 'identity' ? '"1"' : 'W/"1"');
    }
    expect(backend.requests).toHaveLength(1);
    expect(gateway.metric('headgate_cache_bytes')).toBeGreaterThan(kept);
    const known = await gateway.request('GET', '/', { headers: { 'Accept-Encoding': 'br', 'If-None-Match': 'W/"1"' } });
    expect(known).toMatchObject({ status: 304, body: '' });
  }
});

row(ROWS, 'the example of docs/compression.md does what the page says', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/compression.md'), 'utf8');
  const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  const backend = await startBackend(text);
  const gateway = await startGateway([GATEWAY, backend.service('pages'), example]);
  const response = await gateway.request('GET', '/', { headers: { 'Accept-Encoding': 'zstd, gzip, br' } });
  expect(response.header('content-encoding')).toBe('br');
  expect(decoded(response)).toBe(TEXT);
  expect(backend.last.header('accept-encoding')).toBe('zstd, gzip, br');
});
