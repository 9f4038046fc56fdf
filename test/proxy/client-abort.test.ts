import { expect, test } from 'vitest';
import { answer, pause, response } from '../fake/backend.ts';
import { get, post } from '../fake/client.ts';
import { serveScript, until } from './start.ts';

test('a client that resets in the middle of the head reaches no backend', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  await client.write('GET / HTTP/1.1\r\nHost: a.exa');
  await pause(20);
  client.reset();
  await pause(20);
  expect(backend.connections).toHaveLength(0);
});

test('a client that resets while it waits ends the request at the backend', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    await connection.request();
    await connection.closed();
    connection.close();
  });
  const client = await connect();
  await client.write(get());
  await until(() => backend.requests.length === 1, 'the request');
  client.reset();
  await until(() => backend.open === 0, 'the backend connection to be closed');
  expect(backend.connections).toHaveLength(1);
});

test('a client that resets in the middle of its body is not a whole request to the backend', async () => {
  let isWhole = true;
  const { connect, backend } = await serveScript(async (connection) => {
    isWhole = (await connection.request()) !== null;
    connection.close();
  });
  const client = await connect();
  await client.write(post('0123456789').slice(0, -4));
  await until(() => backend.connections.length === 1, 'the connection');
  await pause(20);
  client.reset();
  await until(() => backend.open === 0, 'the backend connection to be closed');
  expect(isWhole).toBe(false);
  expect(backend.requests).toHaveLength(0);
});

test('a client that resets in the middle of a chunked body is not a whole request to the backend', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    await connection.request();
    connection.close();
  });
  const client = await connect();
  await client.write('POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
  await until(() => backend.connections.length === 1, 'the connection');
  await pause(20);
  client.reset();
  await until(() => backend.open === 0, 'the backend connection to be closed');
  expect(backend.requests).toHaveLength(0);
});

test('a client that resets in the middle of the response costs that backend connection', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write(response('x'.repeat(1000)).slice(0, -500));
    await connection.closed();
    connection.close();
  });
  const client = await connect();
  await client.write(get());
  await client.reader.take(100);
  client.reset();
  await until(() => backend.open === 0, 'the backend connection to be closed');
});

test('the next client is served when one aborted', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    await connection.request();
    if (connection.number === 1) return;
    await connection.write(response('second'));
  });
  const first = await connect();
  await first.write(get());
  await until(() => backend.requests.length === 1, 'the first request');
  first.reset();
  const second = await connect();
  expect(await second.request(get())).toMatchObject({ status: 200, body: 'second' });
  expect(backend.connections).toHaveLength(2);
});

test('a client that closes after its response leaves the backend connection to others', async () => {
  const { connect, backend } = await serveScript(answer(response('ok')));
  for (let round = 0; round < 3; round++) {
    const client = await connect();
    expect(await client.request(get())).toMatchObject({ status: 200, body: 'ok' });
    client.reset();
  }
  expect(backend.requests).toHaveLength(3);
  expect(backend.connections).toHaveLength(1);
});
