import { expect, test } from 'vitest';
import { answer, chunkedResponse, pause, response } from '../fake/backend.ts';
import { get, post, postChunked } from '../fake/client.ts';
import { serveScript, until } from './start.ts';

test.each([
  ['a request line', 414, `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a.example\r\n\r\n`],
  ['a header section', 431, get('/', `X: ${'y'.repeat(70_000)}\r\n`)],
  ['a number of fields', 431, get('/', 'X: y\r\n'.repeat(101))],
  ['a method', 501, `${'M'.repeat(100)} / HTTP/1.1\r\nHost: a.example\r\n\r\n`],
  ['a trailer section', 431, postChunked(['x'], '/', '', `X: ${'y'.repeat(9000)}\r\n`)],
  ['chunk extensions', 400, postChunked(['x']).replace('1\r\n', `1;${'y'.repeat(5000)}\r\n`)],
])('%s beyond its limit is answered and the connection closed', async (_, status, bytes) => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  await client.write(bytes);
  expect(await client.response()).toMatchObject({ status, whole: true });
  expect(await client.closed()).toBe('fin');
  expect(backend.requests).toHaveLength(0);
});

test.each([
  ['a request line', `GET /${'a'.repeat(8000)} HTTP/1.1\r\nHost: a.example\r\n\r\n`],
  ['a header section', get('/', `X: ${'y'.repeat(60_000)}\r\n`)],
  ['a number of fields', get('/', 'X: y\r\n'.repeat(98))],
  ['a trailer section', postChunked(['x'], '/', '', `X: ${'y'.repeat(8000)}\r\n`)],
])('%s within its limit is served', async (_, bytes) => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  expect(await client.request(bytes)).toMatchObject({ status: 200 });
  expect(backend.requests).toHaveLength(1);
});

test('limits can be set', async () => {
  const { connect } = await serveScript(undefined, {
    limits: { message: { fields: 3, requestLine: 40, headBytes: 200 } },
  });
  for (const [bytes, status] of [
    [get('/', 'A: b\r\nC: d\r\n'), 200],
    [get('/', 'A: b\r\nC: d\r\nE: f\r\n'), 431],
    [get(`/${'a'.repeat(40)}`), 414],
    [get('/', `A: ${'b'.repeat(200)}\r\n`), 431],
  ] as const) {
    const client = await connect();
    expect((await client.request(bytes)).status).toBe(status);
  }
});

test.each([
  ['a length', post('x'.repeat(101))],
  ['chunks', postChunked(['x'.repeat(60), 'x'.repeat(60)])],
])('a body with %s beyond its limit is 413, and is no request to the backend', async (_, bytes) => {
  const { connect, backend } = await serveScript(
    async (connection) => {
      await connection.request();
      await pause(50);
      connection.close();
    },
    { limits: { requestBody: 100 } },
  );
  const client = await connect();
  expect((await client.request(bytes)).status).toBe(413);
  expect(backend.requests).toHaveLength(0);
});

test('a body within its limit is served', async () => {
  const { connect } = await serveScript(undefined, { limits: { requestBody: 100 } });
  const client = await connect();
  expect((await client.request(post('x'.repeat(100)))).status).toBe(200);
  expect((await client.request(postChunked(['x'.repeat(50), 'x'.repeat(50)]))).status).toBe(200);
});

test('a response head beyond the limit is 502', async () => {
  const { connect } = await serveScript(answer(response('ok', '200 OK', `X: ${'y'.repeat(70_000)}\r\n`)));
  const client = await connect();
  expect((await client.request(get())).status).toBe(502);
});

test('response trailers beyond the limit cut the response', async () => {
  const { connect } = await serveScript(answer(chunkedResponse(['ok'], `X: ${'y'.repeat(9000)}\r\n`)));
  const client = await connect();
  const answered = await client.request(get());
  expect(answered.whole && answered.status === 200).toBe(false);
});

test('requests beyond the connections to an endpoint wait, and beyond those that may wait are 503', async () => {
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { connect, backend } = await serveScript(
    async (connection) => {
      while ((await connection.request()) !== null) {
        await released;
        await connection.write(response('ok'));
      }
    },
    { limits: { backendConnections: 2, backendPending: 2 } },
  );
  const clients = await Promise.all(Array.from({ length: 6 }, () => connect()));
  const statuses = Promise.all(
    clients.map(async (client) => {
      await client.write(get());
      return (await client.response()).status;
    }),
  );
  await until(() => backend.requests.length === 2, 'two requests');
  await pause(50);
  expect(backend.connections).toHaveLength(2);
  release();
  expect((await statuses).sort()).toEqual([200, 200, 200, 200, 503, 503]);
  expect(backend.connections).toHaveLength(2);
});

test('a client that aborts while it waits for a connection leaves the queue', async () => {
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { connect, backend } = await serveScript(
    async (connection) => {
      while ((await connection.request()) !== null) {
        await released;
        await connection.write(response('ok'));
      }
    },
    { limits: { backendConnections: 1, backendPending: 1 } },
  );
  const [first, second, third] = [await connect(), await connect(), await connect()];
  await first.write(get('/1'));
  await until(() => backend.requests.length === 1, 'the first request');
  await second.write(get('/2'));
  await pause(30);
  second.reset();
  await pause(30);
  await third.write(get('/3'));
  await pause(30);
  release();
  expect((await first.response()).status).toBe(200);
  expect((await third.response()).status).toBe(200);
  expect(backend.requests.map((request) => request.target)).toEqual(['/1', '/3']);
});

test('a request that waits too long for a connection is 503, and those after it go on', async () => {
  const { connect, backend } = await serveScript(
    async (connection) => {
      while ((await connection.request()) !== null) {
        await pause(300);
        await connection.write(response('ok'));
      }
    },
    { limits: { backendConnections: 1, pendingTimeout: 150 } },
  );
  const [first, second, third] = [await connect(), await connect(), await connect()];
  await first.write(get('/1'));
  await until(() => backend.requests.length === 1, 'the first request');
  const began = performance.now();
  expect((await second.request(get('/2'))).status).toBe(503);
  expect(performance.now() - began).toBeGreaterThan(100);
  await third.write(get('/3'));
  expect((await first.response()).status).toBe(200);
  expect((await third.response()).status).toBe(200);
  expect(backend.requests.map((request) => request.target)).toEqual(['/1', '/3']);
});

test('client connections beyond their number are closed at once', async () => {
  const { connect } = await serveScript(undefined, { limits: { clientConnections: 2 } });
  const [first, second] = [await connect(), await connect()];
  expect((await first.request(get())).status).toBe(200);
  expect((await second.request(get())).status).toBe(200);
  const third = await connect();
  expect(await third.closed()).not.toBe('open');
  expect((await first.request(get())).status).toBe(200);
  second.close();
  await pause(30);
  const fourth = await connect();
  expect((await fourth.request(get())).status).toBe(200);
});

test('a connection ends after its number of requests', async () => {
  const { connect } = await serveScript(undefined, { limits: { requestsPerConnection: 3 } });
  const client = await connect();
  expect((await client.request(get())).header('connection')).toBeNull();
  expect((await client.request(get())).header('connection')).toBeNull();
  expect((await client.request(get())).header('connection')).toBe('close');
  expect(await client.closed()).toBe('fin');
});

test('a large body goes through in both directions without being held', async () => {
  const { connect } = await serveScript(answer((request) => response(request.body)));
  const client = await connect();
  const body = Array.from({ length: 300_000 }, (_, index) => String.fromCharCode(32 + (index % 90)))
    .join('')
    .repeat(10);
  const sending = client.write(post(body));
  const answered = await client.response();
  await sending;
  expect(answered.body === body).toBe(true);
});
