import { expect, test } from 'vitest';
import { pause, response } from '../fake/backend.ts';
import { serveScript, until } from './start.ts';

const HEAD = 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n';

test('the body comes after 100, which the client gets once', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    const head = await connection.head();
    await connection.write('HTTP/1.1 100 Continue\r\n\r\n');
    const { body } = await connection.body(head!);
    await connection.write(response(body));
  });
  const client = await connect();
  await client.write(HEAD);
  expect((await client.head())!.start).toMatch(/^HTTP\/1\.1 100 /);
  await client.write('hello');
  expect(await client.response()).toMatchObject({ status: 200, body: 'hello', informational: [] });
  expect(backend.connections).toHaveLength(1);
});

test('a backend that refuses instead of 100 is passed on, and the body is never asked for', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    await connection.head();
    await connection.write(response('too large', '413 Content Too Large', 'Connection: close\r\n'));
    connection.end();
  });
  const client = await connect();
  await client.write(HEAD);
  const refused = await client.response();
  expect(refused).toMatchObject({ status: 413, body: 'too large' });
  // RFC 9110 section 10.1.1: the client may send the body or not, so the connection must end or the body be read.
  if (refused.header('connection') === null) await client.write('hello');
  await until(() => backend.open === 0, 'the backend connection to be closed');
});

test('a client that does not wait for 100 is served too', async () => {
  const { connect } = await serveScript(async (connection) => {
    const request = await connection.request();
    await connection.write(response(request!.body));
  });
  const client = await connect();
  await client.write(`${HEAD}hello`);
  expect(await client.response()).toMatchObject({ status: 200, body: 'hello' });
});

test('a backend that knows no 100 does not leave the client waiting', async () => {
  const { connect } = await serveScript(async (connection) => {
    const request = await connection.request();
    await connection.write(response(request!.body));
  });
  const client = await connect();
  await client.write(HEAD);
  // A client waits a while and then sends its body without 100 (RFC 9110 section 10.1.1).
  await pause(100);
  await client.write('hello');
  expect(await client.response()).toMatchObject({ status: 200, body: 'hello' });
});

test('any other expectation is refused with 417', async () => {
  const { connect, backend } = await serveScript();
  const client = await connect();
  await client.write('POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nExpect: tea\r\n\r\nhello');
  expect((await client.response()).status).toBe(417);
  expect(backend.connections).toHaveLength(0);
});

test('HTTP/1.0 gets no 100', async () => {
  const { connect } = await serveScript(async (connection) => {
    const head = await connection.head();
    await connection.write('HTTP/1.1 100 Continue\r\n\r\n');
    const { body } = await connection.body(head!);
    await connection.write(response(body));
  });
  const client = await connect();
  await client.write('POST / HTTP/1.0\r\nHost: a.example\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello');
  expect(await client.response()).toMatchObject({ status: 200, body: 'hello', informational: [] });
});
