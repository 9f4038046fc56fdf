import { expect, test } from 'vitest';
import { answer, chunkedResponse, inTurn, pause, response } from '../fake/backend.ts';
import { get, post } from '../fake/client.ts';
import { serveScript, until } from './start.ts';

const ANSWERS = [
  ['a length', response('hello world')],
  ['chunks', chunkedResponse(['hello', ' world'], 'X-Sum: 1\r\n')],
] as const;

test.each(
  ANSWERS.flatMap(([framing, bytes]) => (['reset', 'end'] as const).map((how) => [framing, how, bytes] as const)),
)('a response with %s that the backend cuts by %s after every number of bytes', async (_, how, bytes) => {
  let cut = 0;
  const { connect, backend } = await serveScript(async (connection) => {
    // POST with a body is not sent twice, so that each cut is seen by the client.
    await connection.request();
    await connection.write(bytes.slice(0, cut));
    await pause(5);
    if (how === 'reset') connection.reset();
    else connection.end();
  });
  const head = bytes.indexOf('\r\n\r\n') + 4;
  for (cut = 0; cut < bytes.length; cut++) {
    const client = await connect();
    await client.write(post('x'));
    const answered = await client.response();
    if (cut < head) {
      expect(answered, `cut after ${cut}`).toMatchObject({ status: 502, whole: true });
    } else {
      expect(answered, `cut after ${cut}`).toMatchObject({ status: 200, whole: false });
      expect('hello world'.startsWith(answered.body)).toBe(true);
      expect(await client.closed()).not.toBe('open');
    }
    client.close();
  }
  expect(backend.connections).toHaveLength(bytes.length);
  await until(() => backend.open === 0, 'all backend connections to be closed');
});

test('a backend that resets before the request is read is 502', async () => {
  const { connect } = await serveScript((connection) => connection.reset());
  const client = await connect();
  expect((await client.request(post('x'))).status).toBe(502);
});

test('a backend that closes without a word is 502', async () => {
  const { connect } = await serveScript((connection) => connection.close());
  const client = await connect();
  expect((await client.request(post('x'))).status).toBe(502);
});

test('nobody listens: 502, and the client connection lives on', async () => {
  const { connect, backend } = await serveScript();
  await backend.close();
  const client = await connect();
  expect(await client.request(get())).toMatchObject({ status: 502, whole: true });
  expect(await client.request(get())).toMatchObject({ status: 502, whole: true });
});

test('a backend that resets in the middle of the request body is 502, and the rest of the body is no request', async () => {
  const { connect, backend } = await serveScript(
    inTurn(
      async (connection) => {
        await connection.reader.take(100);
        connection.reset();
      },
      answer(response('ok')),
    ),
  );
  const client = await connect();
  const body = `GET /admin HTTP/1.1\r\nHost: a.example\r\n\r\n`.repeat(2000);
  const request = post(body);
  await client.write(request.slice(0, 1000));
  await pause(50);
  await client.write(request.slice(1000));
  expect((await client.response()).status).toBe(502);
  await pause(50);
  expect(backend.requests).toHaveLength(0);
});

test('a backend that was reset is asked again for the next request', async () => {
  const { connect } = await serveScript(
    inTurn(
      async (connection) => {
        await connection.request();
        connection.reset();
      },
      answer(response('ok')),
    ),
  );
  const client = await connect();
  expect((await client.request(post('x'))).status).toBe(502);
  expect(await client.request(post('x'))).toMatchObject({ status: 200, body: 'ok' });
});
