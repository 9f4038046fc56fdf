import { expect, test } from 'vitest';
import { answer, chunkedResponse, response } from '../fake/backend.ts';
import { get, post, postChunked } from '../fake/client.ts';
import { serveScript } from './start.ts';

test('trailers of a request reach the backend', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  await client.request(postChunked(['hello'], '/', 'Trailer: X-Sum\r\n', 'X-Sum: 1\r\nX-Sum: 2\r\n'));
  expect(backend.requests[0]!.body).toBe('hello');
  expect(backend.requests[0]!.trailers).toEqual([
    ['X-Sum', '1'],
    ['X-Sum', '2'],
  ]);
});

test('trailers of a response reach a client that takes them', async () => {
  const { connect } = await serveScript(answer(chunkedResponse(['hello'], 'X-Sum: 1\r\n')));
  const client = await connect();
  const answered = await client.request(get('/', 'TE: trailers\r\nConnection: TE\r\n'));
  expect(answered).toMatchObject({ body: 'hello', trailers: [['X-Sum', '1']], whole: true });
});

test('TE: trailers is passed on, and no other transfer coding', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  await client.request(get('/', 'TE: gzip, trailers\r\nConnection: TE\r\n'));
  expect(backend.requests[0]!.header('te')).toBe('trailers');
  await client.request(get('/', 'TE: gzip\r\nConnection: TE\r\n'));
  expect(backend.requests[1]!.header('te')).toBeNull();
});

test.each([
  'Content-Length: 5',
  'Transfer-Encoding: chunked',
  'Host: evil.example',
  'Connection: close',
  'X-Forwarded-For: 1.2.3.4',
])('a trailer that would change the meaning of the message goes no further: %s', async (line) => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  const answered = await client.request(postChunked(['hello'], '/', '', `${line}\r\nX-Fine: 1\r\n`));
  if (answered.status === 200) expect(backend.requests[0]!.trailers).toEqual([['X-Fine', '1']]);
  else expect(answered.status).toBe(400);
});

test('a chunked message without trailers has none', async () => {
  const { connect, backend } = await serveScript(answer(chunkedResponse(['a', 'b'])));
  const client = await connect();
  expect(await client.request(postChunked(['hello']))).toMatchObject({ body: 'ab', trailers: [] });
  expect(backend.requests[0]!.trailers).toEqual([]);
  // The connections still agree on where messages begin.
  expect(await client.request(post('x'))).toMatchObject({ body: 'ab' });
  expect(backend.connections).toHaveLength(1);
});

test('chunk extensions end at the proxy', async () => {
  let raw = '';
  const { connect } = await serveScript(async (connection) => {
    await connection.head();
    raw = (await connection.reader.through('0\r\n\r\n'))!.toString('latin1');
    await connection.write(response('ok'));
  });
  const client = await connect();
  const bytes =
    'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b;c="d"\r\nhello\r\n1;5\r\n!\r\n0;x=y\r\n\r\n';
  await client.writeParts([...bytes]);
  expect((await client.response()).status).toBe(200);
  expect(raw.replace(/;[^\r]*/g, 'EXTENSION')).toBe(raw);
});
