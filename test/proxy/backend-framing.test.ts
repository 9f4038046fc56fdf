import { describe, expect, test } from 'vitest';
import { pause, response } from '../fake/backend.ts';
import { get, post } from '../fake/client.ts';
import { RESPONSES } from '../fuzz/corpus/index.ts';
import { serveScript, until } from './start.ts';

describe('the corpus of responses, through the proxy', () => {
  test.each(RESPONSES.map((entry) => [entry.name, entry] as const))('%s', async (_, entry) => {
    const { connect, backend } = await serveScript(async (connection) => {
      await connection.request();
      await connection.write(entry.bytes);
      await pause(10);
      connection.end();
    });
    const client = await connect();
    const asksForUpgrade = entry.statuses.includes(101);
    const lines = asksForUpgrade ? 'Connection: upgrade\r\nUpgrade: x\r\n' : '';
    // A method that is not repeated when the backend closes: each case must reach the client as it is.
    const method = entry.method === 'HEAD' ? 'HEAD' : 'PATCH';
    await client.write(`${method} / HTTP/1.1\r\nHost: a.example\r\n${lines}\r\n`);
    const answered = await client.response(method);
    const final = entry.statuses.at(-1);
    if (entry.ending === 'end' || entry.ending === 'tunnel') {
      expect(answered).toMatchObject({ status: final, whole: true });
      // A 100 that the client did not ask for may go no further than the proxy.
      const interim = entry.statuses.slice(0, -1).filter((status) => status !== 100);
      expect(answered.informational.filter((status) => status !== 100)).toEqual(interim);
      if (!asksForUpgrade && method !== 'HEAD') expect(answered.body).toBe(entry.body);
    } else if (answered.status !== 502) {
      // The head was good and had to be passed on; what followed was not, and the client can tell.
      expect(answered.status).toBe(200);
      expect(answered.whole).toBe(false);
    }
    client.close();
    await until(() => backend.open === 0, 'the backend connection to be closed');
  });
});

test('more body than its length: the client gets the length, and the connection is not used again', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    while ((await connection.request()) !== null) {
      await connection.write(`${response('hello')}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`);
    }
  });
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 200, body: 'hello' });
  await pause(20);
  expect(await client.request(get())).toMatchObject({ status: 200, body: 'hello' });
  expect(backend.connections).toHaveLength(2);
});

test('a body behind a response that has none is not the next response', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    while ((await connection.request()) !== null) {
      await connection.write('HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\npoison');
    }
  });
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 304, body: '' });
  await pause(20);
  expect(await client.request(get())).toMatchObject({ status: 304, body: '' });
  expect(backend.connections).toHaveLength(2);
});

test('bytes between two responses end the connection before they can be one', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    while ((await connection.request()) !== null) {
      await connection.write(response('hello'));
      await pause(20);
      await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison');
    }
  });
  const client = await connect();
  expect((await client.request(get())).body).toBe('hello');
  await pause(60);
  expect((await client.request(get())).body).toBe('hello');
  expect(backend.connections).toHaveLength(2);
});

test('no framing: an HTTP/1.1 client can tell the end, an HTTP/1.0 client sees the connection end', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\n\r\nuntil the end');
    connection.end();
  });
  const modern = await connect();
  expect(await modern.request(get())).toMatchObject({ body: 'until the end', whole: true });
  const old = await connect();
  const answered = await old.request('GET / HTTP/1.0\r\nHost: a.example\r\n\r\n');
  expect(answered).toMatchObject({ body: 'until the end', whole: true });
  expect(answered.header('transfer-encoding')).toBeNull();
});

test('a body without framing that is reset is not whole', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\n\r\nuntil the');
    await pause(20);
    connection.reset();
  });
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 200, body: 'until the', whole: false });
});

test.each([
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ['chunks that are broken', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n'],
])('an HTTP/1.0 client can tell a body that was cut: %s', async (_, bytes) => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write(bytes.slice(0, -6));
    await pause(20);
    await connection.write(bytes.slice(-6));
    connection.end();
  });
  const client = await connect();
  await client.write('GET / HTTP/1.0\r\nHost: a.example\r\n\r\n');
  expect((await client.head())!.start).toContain(' 200 ');
  expect(await client.closed()).toBe('reset');
});

test('chunks for an HTTP/1.0 client lose their framing', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n',
    );
  });
  const client = await connect();
  const answered = await client.request('GET / HTTP/1.0\r\nHost: a.example\r\n\r\n');
  expect(answered).toMatchObject({ status: 200, body: 'hello world', whole: true });
  expect(answered.header('transfer-encoding')).toBeNull();
  expect(await client.closed()).toBe('fin');
});

test('a slow drip arrives byte for byte', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.drip(response('drip, drip', '200 OK', 'X-Slow: yes\r\n'), 1);
  });
  const client = await connect();
  const answered = await client.request(get());
  expect(answered).toMatchObject({ status: 200, body: 'drip, drip' });
  expect(answered.header('x-slow')).toBe('yes');
});

test('HEAD never gets a body, whatever the backend sends', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    while ((await connection.request()) !== null) await connection.write(response('hello'));
  });
  const client = await connect();
  const first = await client.request('HEAD / HTTP/1.1\r\nHost: a.example\r\n\r\n');
  expect(first).toMatchObject({ status: 200, body: '' });
  expect(first.header('content-length')).toBe('5');
  await pause(20);
  const second = await client.request('HEAD / HTTP/1.1\r\nHost: a.example\r\n\r\n');
  expect(second).toMatchObject({ status: 200, body: '' });
  expect(client.reader.peek()).toHaveLength(0);
  expect(backend.connections).toHaveLength(2);
});

test('a request whose response is 502 does not cost the client its connection', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write('garbage\r\n\r\n');
  });
  const client = await connect();
  expect(await client.request(post('x'))).toMatchObject({ status: 502, whole: true });
  expect(await client.request(post('x'))).toMatchObject({ status: 502, whole: true });
});
