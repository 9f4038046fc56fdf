import { expect, test } from 'vitest';
import { answer, pause, response } from '../fake/backend.ts';
import { get, post } from '../fake/client.ts';
import { serveScript, until } from './start.ts';

test('a client that says nothing is closed without a word', async () => {
  const { connect } = await serveScript(undefined, { limits: { idleTimeout: 200 } });
  const client = await connect();
  expect(await client.closed()).toBe('fin');
  expect(client.reader.received).toBe(0);
});

test('a client that says nothing after a response is closed without a word', async () => {
  const { connect } = await serveScript(undefined, { limits: { idleTimeout: 200 } });
  const client = await connect();
  expect((await client.request(get())).status).toBe(200);
  expect(await client.closed()).toBe('fin');
  expect(client.reader.peek()).toHaveLength(0);
});

test('half a head is answered 408', async () => {
  const { connect, backend } = await serveScript(undefined, { limits: { headTimeout: 200 } });
  const client = await connect();
  await client.write('GET / HTTP/1.1\r\nHost: a.ex');
  expect(await client.response()).toMatchObject({ status: 408, whole: true });
  expect(await client.closed()).toBe('fin');
  expect(backend.connections).toHaveLength(0);
});

test('a head that drips in has no more time than one that stands still', async () => {
  const { connect, backend } = await serveScript(undefined, { limits: { headTimeout: 300 } });
  const client = await connect();
  const begun = performance.now();
  const drip = (async () => {
    for (const character of `GET / HTTP/1.1\r\nX: ${'x'.repeat(200)}`) {
      if (client.reader.closing !== null || client.reader.received > 0) return;
      await client.write(character);
      await pause(20);
    }
  })();
  expect((await client.response()).status).toBe(408);
  expect(performance.now() - begun).toBeLessThan(2000);
  await drip;
  expect(backend.connections).toHaveLength(0);
});

test('a body that stands still is answered 408, and the backend does not take it for whole', async () => {
  const { connect, backend } = await serveScript(
    async (connection) => {
      await connection.request();
      connection.close();
    },
    { limits: { bodyTimeout: 200 } },
  );
  const client = await connect();
  await client.write(post('0123456789').slice(0, -4));
  expect(await client.response()).toMatchObject({ status: 408 });
  expect(await client.closed()).toBe('fin');
  expect(backend.requests).toHaveLength(0);
  await until(() => backend.open === 0, 'the backend connection to be closed');
});

test('a slow body that goes on is not cut', async () => {
  const { connect, backend } = await serveScript(undefined, { limits: { bodyTimeout: 300 } });
  const client = await connect();
  const request = post('0123456789');
  await client.write(request.slice(0, -10));
  for (const character of request.slice(-10)) {
    await pause(60);
    await client.write(character);
  }
  expect(await client.response()).toMatchObject({ status: 200, body: 'ok' });
  expect(backend.requests[0]!.body).toBe('0123456789');
});

test('a client that does not read holds the backend back, and is cut off in the end', async () => {
  const size = 64 * 1024 * 1024;
  let sent = 0;
  const { connect, backend } = await serveScript(
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
  const client = await connect();
  client.reader.stop();
  await client.write(get());
  await pause(300);
  const early = sent;
  expect(early).toBeLessThan(32 * 1024 * 1024);
  await until(() => backend.open === 0, 'the backend connection to be closed');
  expect(sent).toBeLessThan(32 * 1024 * 1024);
  client.reader.resume();
  expect(await client.closed()).not.toBe('open');
});

test('a client that reads slowly gets everything', async () => {
  const body = 'y'.repeat(3 * 1024 * 1024);
  const { connect } = await serveScript(answer(response(body)));
  const client = await connect();
  client.reader.stop();
  await client.write(get());
  for (let pauses = 0; pauses < 5; pauses++) {
    await pause(20);
    client.reader.resume();
    await pause(2);
    client.reader.stop();
  }
  client.reader.resume();
  expect((await client.response()).body.length).toBe(body.length);
});
