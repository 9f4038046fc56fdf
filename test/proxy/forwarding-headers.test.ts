import { expect, test } from 'vitest';
import { get } from '../fake/client.ts';
import { serveScript } from './start.ts';

const LIES =
  'X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Port: 666\r\nForwarded: for=6.6.6.6\r\n';

test('what a client says about hops is replaced', async () => {
  const { connect, backend, port } = await serveScript();
  const client = await connect();
  await client.request(get('/', LIES));
  const [received] = backend.requests;
  expect(received!.header('x-forwarded-for')).toBe('127.0.0.1');
  expect(received!.header('x-forwarded-proto')).toBe('http');
  expect(received!.header('x-forwarded-host')).toBe('a.example');
  expect(received!.header('x-forwarded-port')).toBe(String(port));
  expect(received!.header('forwarded')).toBeNull();
  expect(received!.header('host')).toBe('a.example');
});

test('what a trusted hop says is kept and extended', async () => {
  const { connect, backend } = await serveScript(undefined, { trustedProxies: ['127.0.0.0/8'] });
  const client = await connect();
  await client.request(get('/', LIES));
  const [received] = backend.requests;
  expect(received!.header('x-forwarded-for')).toBe('6.6.6.6, 127.0.0.1');
  expect(received!.header('x-forwarded-proto')).toBe('https');
  expect(received!.header('x-forwarded-host')).toBe('evil.example');
  expect(received!.header('x-forwarded-port')).toBe('666');
});

test('the case of the names makes no difference', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  await client.request(get('/', 'x-FORWARDED-for: 6.6.6.6\r\nX-forwarded-HOST: evil.example\r\n'));
  const names = backend.requests[0]!.fields.map(([name]) => name.toLowerCase());
  expect(names.filter((name) => name === 'x-forwarded-for')).toHaveLength(1);
  expect(backend.requests[0]!.header('x-forwarded-for')).toBe('127.0.0.1');
  expect(backend.requests[0]!.header('x-forwarded-host')).toBe('a.example');
});

test('a name with underscores is another field, and does not become X-Forwarded-For behind us', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  await client.request(get('/', 'X_Forwarded_For: 6.6.6.6\r\n'));
  expect(backend.requests[0]!.header('x-forwarded-for')).toBe('127.0.0.1');
});

test('Forwarded is written when it is asked for', async () => {
  const { connect, backend } = await serveScript(undefined, { forwarded: true });
  const client = await connect();
  await client.request(get('/', LIES));
  expect(backend.requests[0]!.header('forwarded')).toBe('for=127.0.0.1;host=a.example;proto=http');
});

test('fields of this hop end here, those that Connection names among them', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  const lines =
    'Connection: keep-alive, X-Secret, close\r\nX-Secret: 1\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nTE: gzip\r\nX-Kept: 2\r\n';
  await client.request(get('/', lines));
  const names = backend.requests[0]!.fields.map(([name]) => name.toLowerCase());
  for (const name of ['x-secret', 'keep-alive', 'proxy-connection', 'te']) expect(names).not.toContain(name);
  expect(backend.requests[0]!.header('connection')).toBeNull();
  expect(backend.requests[0]!.header('x-kept')).toBe('2');
});

test.each(['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Request-Id', 'traceparent'])(
  'Connection cannot take away what the proxy says: %s',
  async (name) => {
    const { connect, backend } = await serveScript();
    const client = await connect();
    await client.request(get('/', `Connection: ${name}\r\n${name}: lie\r\n`));
    expect(backend.requests[0]!.header(name)).not.toBeNull();
    expect(backend.requests[0]!.header(name)).not.toBe('lie');
  },
);

test.each(['Host', 'Content-Length', 'Transfer-Encoding'])('Connection that names %s is refused', async (name) => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  const answered = await client.request(get('/', `Connection: ${name}\r\nContent-Length: 0\r\n`));
  // A field that is not there may be named; one that is there may not.
  if (name === 'Transfer-Encoding') expect([200, 400]).toContain(answered.status);
  else expect(answered.status).toBe(400);
  for (const request of backend.requests) expect(request.header('host')).toBe('a.example');
});

test('absolute form: the host of the target is what the backend gets', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  await client.request('GET http://a.example/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n');
  expect(backend.requests[0]!.target).toBe('/x?y');
  expect(backend.requests[0]!.header('host')).toBe('a.example');
  expect(backend.requests[0]!.fields.filter(([name]) => name.toLowerCase() === 'host')).toHaveLength(1);
});

test('HTTP/1.0 without Host: the backend still gets one', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  const answered = await client.request('GET / HTTP/1.0\r\n\r\n');
  expect(answered.status).toBe(200);
  expect(backend.requests[0]!.fields.filter(([name]) => name.toLowerCase() === 'host')).toHaveLength(1);
});

test('a request id is made, and the same client gets another one for its next request', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  await client.request(get('/', 'X-Request-Id: chosen-by-client\r\n'));
  await client.request(get());
  const ids = backend.requests.map((request) => request.header('x-request-id'));
  expect(ids[1]).toMatch(/^[\w-]{8,}$/);
  expect(ids[0]).not.toBe(ids[1]);
});

test('a valid traceparent is kept, a broken one is replaced', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await client.request(get('/', `traceparent: ${trace}\r\n`));
  await client.request(get('/', 'traceparent: broken\r\n'));
  await client.request(get());
  const traces = backend.requests.map((request) => request.header('traceparent'));
  expect(traces[0]!.slice(3, 35)).toBe(trace.slice(3, 35));
  for (const made of traces) expect(made).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);
});
