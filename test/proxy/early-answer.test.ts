import { expect, test } from 'vitest';
import { answer, inTurn, pause, response } from '../fake/backend.ts';
import { get, post } from '../fake/client.ts';
import { serveScript, until } from './start.ts';

test('an answer before the end of the body reaches the client at once', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    await connection.head();
    await connection.write(response('no', '403 Forbidden'));
    await connection.closed();
    connection.close();
  });
  const client = await connect();
  await client.write(post('0123456789').slice(0, -5));
  expect(await client.response()).toMatchObject({ status: 403, body: 'no', whole: true });
  // The request is incomplete on that connection: nobody else may get it.
  await until(() => backend.open === 0, 'the backend connection to be closed');
});

test('an early answer that closes, with a large body on its way', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    await connection.head();
    await connection.write(response('too large', '413 Content Too Large', 'Connection: close\r\n'));
    connection.end();
    await pause(100);
    connection.close();
  });
  const client = await connect();
  const body = 'x'.repeat(8 * 1024 * 1024);
  const sending = client.write(post(body));
  expect(await client.response()).toMatchObject({ status: 413, body: 'too large' });
  await until(() => backend.open === 0, 'the backend connection to be closed');
  client.close();
  await sending;
});

test('what is left of a short body is thrown away, and the connection goes on', async () => {
  const { connect, backend } = await serveScript(
    inTurn(
      async (connection) => {
        await connection.head();
        await connection.write(response('early', '403 Forbidden'));
        await connection.closed();
        connection.close();
      },
      answer(response('next')),
    ),
  );
  const client = await connect();
  const body = 'GET /admin HTTP/1.1\r\nHost: a.example\r\n\r\n';
  const request = post(body);
  await client.write(request.slice(0, -20));
  const first = await client.response();
  expect(first.status).toBe(403);
  await client.write(request.slice(-20));
  if (first.header('connection') === 'close') {
    expect(await client.closed()).not.toBe('open');
  } else {
    expect(await client.request(get('/next'))).toMatchObject({ status: 200, body: 'next' });
  }
  expect(backend.requests.map((received) => received.target)).not.toContain('/admin');
});

test('an early answer is not mistaken for the answer to the next request', async () => {
  const { connect } = await serveScript(
    inTurn(
      async (connection) => {
        await connection.head();
        await connection.write(response('one') + response('two'));
        await connection.closed();
        connection.close();
      },
      answer(response('right')),
    ),
  );
  const client = await connect();
  expect((await client.request(post('x'))).body).toBe('one');
  await pause(20);
  expect((await client.request(get())).body).toBe('right');
});
