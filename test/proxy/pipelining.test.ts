import { expect, test } from 'vitest';
import { answer, chunkedResponse, pause, response } from '../fake/backend.ts';
import { get, post, postChunked } from '../fake/client.ts';
import { backend, serve, serveScript } from './start.ts';

test('requests in one packet are answered in order', async () => {
  const { connect, backend } = await serveScript(answer((request) => response(`${request.target} ${request.body}`)));
  const client = await connect();
  await client.write(get('/1') + post('two', '/2') + postChunked(['th', 'ree'], '/3') + get('/4'));
  for (const expected of ['/1 ', '/2 two', '/3 three', '/4 ']) expect((await client.response()).body).toBe(expected);
  expect(backend.connections).toHaveLength(1);
});

test('a slow first response is not overtaken by a fast second one of another backend', async () => {
  const slow = await backend(
    answer(() => {
      return response('slow');
    }),
  );
  const { script } = slow;
  slow.script = async (connection) => {
    await pause(100);
    await script(connection);
  };
  const fast = await backend(answer(response('fast')));
  const { connect } = await serve({
    backends: { slow: [slow.port], fast: [fast.port] },
    rules: [
      { matches: ['/slow'], backends: ['slow'] },
      { matches: ['/fast'], backends: ['fast'] },
    ],
  });
  const client = await connect();
  await client.write(get('/slow') + get('/fast') + get('/slow'));
  expect((await client.response()).body).toBe('slow');
  expect((await client.response()).body).toBe('fast');
  expect((await client.response()).body).toBe('slow');
});

test('a bad request behind good ones is refused after their responses, and nothing behind it is read', async () => {
  const { connect, backend } = await serveScript(answer(response('ok')));
  const client = await connect();
  await client.write(`${get('/1')}${get('/2')}GET /3 HTTP/1.1\nHost: a\n\n${get('/4')}`);
  expect((await client.response()).status).toBe(200);
  expect((await client.response()).status).toBe(200);
  expect((await client.response()).status).toBe(400);
  expect(await client.closed()).toBe('fin');
  expect(backend.requests.map((request) => request.target)).toEqual(['/1', '/2']);
});

test('what follows a request with Connection: close is not read', async () => {
  const { connect, backend } = await serveScript(answer(response('ok')));
  const client = await connect();
  await client.write(get('/1', 'Connection: close\r\n') + get('/2'));
  expect(await client.response()).toMatchObject({ status: 200, body: 'ok' });
  expect(await client.closed()).not.toBe('open');
  expect(backend.requests.map((request) => request.target)).toEqual(['/1']);
});

test('500 requests in one packet are all answered', async () => {
  const { connect } = await serveScript(answer((request) => response(request.target)));
  const client = await connect();
  await client.write(Array.from({ length: 500 }, (_, index) => get(`/${index}`)).join(''));
  for (let index = 0; index < 500; index++) expect((await client.response()).body).toBe(`/${index}`);
});

test('requests that are cut at every byte are answered in order', async () => {
  const { connect } = await serveScript(answer((request) => response(`${request.target} ${request.body}`)));
  const client = await connect();
  await client.writeParts([...(get('/1') + postChunked(['a', 'bc'], '/2') + get('/3'))]);
  expect((await client.response()).body).toBe('/1 ');
  expect((await client.response()).body).toBe('/2 abc');
  expect((await client.response()).body).toBe('/3 ');
});

test('a response without framing is the last one of its connection, and those before it are whole', async () => {
  const { connect } = await serveScript(async (connection) => {
    const request = await connection.request();
    if (request === null) return;
    if (request.target === '/1') await connection.write(chunkedResponse(['a', 'b']));
    else await connection.write('HTTP/1.1 200 OK\r\n\r\nto the end');
    if (request.target === '/1') await connection.request();
    await connection.write(request.target === '/1' ? 'HTTP/1.1 200 OK\r\n\r\nto the end' : '');
    connection.end();
  });
  const client = await connect();
  await client.write(get('/1') + get('/2'));
  expect(await client.response()).toMatchObject({ body: 'ab', whole: true });
  expect(await client.response()).toMatchObject({ body: 'to the end', whole: true });
});
