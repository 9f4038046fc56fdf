import { expect, test } from 'vitest';
import type { ProxySettings } from '../../src/proxy/options.ts';
import { pause, response, type Script } from '../fake/backend.ts';
import { certificateKey, EXACT } from '../fake/certificates.ts';
import { get, post } from '../fake/client.ts';
import { backend, networkResources, serve, until } from './start.ts';

async function secured(script?: Script, settings: ProxySettings = {}) {
  const one = await backend(script);
  const serving = await serve(
    {
      listeners: {
        http: { tls: { mode: 'Terminate', certificates: [certificateKey(EXACT)], clientValidation: null } },
      },
      certificates: { [certificateKey(EXACT)]: EXACT },
      backends: { a: [one.port] },
    },
    settings,
  );
  return { ...serving, backend: one };
}

const SECURE = { servername: 'a.example' };

test('a client that never begins its handshake is closed', async () => {
  const { connect } = await secured(undefined, { limits: { headTimeout: 300 } });
  const client = await connect();
  expect(await client.closed()).not.toBe('open');
});

test('a client that stops in the middle of its handshake is closed', async () => {
  const { connect } = await secured(undefined, { limits: { headTimeout: 300 } });
  const client = await connect();
  await client.write('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
  expect(await client.closed()).not.toBe('open');
});

test('a client that sends something else than a handshake is closed', async () => {
  const { connect, backend } = await secured();
  const client = await connect();
  await client.write('\0'.repeat(100));
  expect(await client.closed()).not.toBe('open');
  expect(backend.connections).toHaveLength(0);
});

test('requests under way over TLS finish when the proxy drains', async () => {
  const { connect, proxy, backend } = await secured(
    async (connection) => {
      while ((await connection.request()) !== null) {
        await pause(150);
        await connection.write(response('ok'));
      }
    },
    { drainDelay: 0 },
  );
  const client = await connect(SECURE);
  await client.write(get());
  await until(() => backend.requests.length === 1, 'the request');
  const drained = proxy.drain();
  expect(await client.response()).toMatchObject({ status: 200, body: 'ok', whole: true });
  await drained;
});

test('an idle client over TLS is closed after its time, with a close_notify', async () => {
  const { connect } = await secured(undefined, { limits: { idleTimeout: 200 } });
  const client = await connect(SECURE);
  expect((await client.request(get())).status).toBe(200);
  expect(await client.closed()).toBe('fin');
});

test('a client that resets over TLS ends the request at the backend', async () => {
  const { connect, backend } = await secured(async (connection) => {
    await connection.request();
    await connection.closed();
    connection.close();
  });
  const client = await connect(SECURE);
  await client.write(get());
  await until(() => backend.requests.length === 1, 'the request');
  client.reset();
  await until(() => backend.open === 0, 'the backend connection to be closed');
});

test('a client that does not read over TLS holds the backend back', async () => {
  const size = 64 * 1024 * 1024;
  let sent = 0;
  const { connect, backend } = await secured(
    async (connection) => {
      await connection.request();
      await connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      const part = 'x'.repeat(256 * 1024);
      while (sent < size && connection.open) {
        await connection.write(part);
        sent += part.length;
      }
    },
    { limits: { writeTimeout: 500 } },
  );
  const client = await connect(SECURE);
  client.reader.stop();
  await client.write(get());
  await until(() => backend.open === 0 && backend.connections.length > 0, 'the backend connection to be closed');
  expect(sent).toBeLessThan(32 * 1024 * 1024);
});

test('limits are answered over TLS too', async () => {
  const { connect } = await secured(undefined, { limits: { requestBody: 10 } });
  for (const [bytes, status] of [
    [post('x'.repeat(100_000)), 413],
    [get('/', 'X : y\r\n'), 400],
    [`GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a.example\r\n\r\n`, 414],
  ] as const) {
    const client = await connect(SECURE);
    expect((await client.request(bytes)).status).toBe(status);
    expect(await client.closed()).toBe('fin');
  }
});

test('aborted handshakes leave no socket behind', async () => {
  const { connect } = await secured();
  const before = networkResources().length;
  for (let round = 0; round < 50; round++) {
    const client = await connect();
    if (round % 2 === 0) await client.write('\x16\x03\x01');
    client.reset();
  }
  await until(() => networkResources().length <= before, 'the sockets to be closed');
});
