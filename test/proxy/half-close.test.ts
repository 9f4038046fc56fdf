import { expect, test } from 'vitest';
import { answer, pause, response } from '../fake/backend.ts';
import { get, post } from '../fake/client.ts';
import { serveScript } from './start.ts';

test('a client that ends after its request gets the whole response, then FIN', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    for (let request = await connection.request(); request !== null; request = await connection.request()) {
      await pause(50);
      await connection.drip(response('hello'), 1, 8);
    }
  });
  const client = await connect();
  await client.write(get());
  client.end();
  expect(await client.response()).toMatchObject({ status: 200, body: 'hello', whole: true });
  expect(await client.closed()).toBe('fin');
  expect(backend.requests).toHaveLength(1);
});

test('a client that ends after two requests in one packet gets both responses', async () => {
  const { connect } = await serveScript(answer((request) => response(request.target)));
  const client = await connect();
  await client.write(get('/1') + post('x', '/2'));
  client.end();
  expect((await client.response()).body).toBe('/1');
  expect((await client.response()).body).toBe('/2');
  expect(await client.closed()).toBe('fin');
});

test('a client that ends before its first byte is closed', async () => {
  const { connect } = await serveScript();
  const client = await connect();
  client.end();
  expect(await client.closed()).toBe('fin');
  expect(client.reader.received).toBe(0);
});

test('a client that ends in the middle of the head reaches no backend', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  await client.write('GET / HTTP/1.1\r\nHost: a');
  client.end();
  expect(await client.closed()).toBe('fin');
  const said = client.reader.peek().toString('latin1');
  expect(said === '' || said.startsWith('HTTP/1.1 400 ')).toBe(true);
  expect(backend.connections).toHaveLength(0);
});

test.each([
  ['a length', post('0123456789').slice(0, -3)],
  ['chunks', 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel'],
  ['a last chunk without its end', 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n'],
])(
  'a client that ends in the middle of a body with %s is answered 400 and is no request to the backend',
  async (_, bytes) => {
    const { connect, backend } = await serveScript(async (connection) => {
      await connection.request();
      connection.close();
    });
    const client = await connect();
    await client.write(bytes);
    await pause(20);
    client.end();
    expect(await client.response()).toMatchObject({ status: 400 });
    expect(await client.closed()).toBe('fin');
    expect(backend.requests).toHaveLength(0);
  },
);

test('a backend that ends after its response is not asked again on that connection', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write(response(`connection ${connection.number}`));
    connection.end();
  });
  const client = await connect();
  expect((await client.request(get())).body).toBe('connection 1');
  await pause(20);
  expect((await client.request(get())).body).toBe('connection 2');
  expect(backend.connections).toHaveLength(2);
});
