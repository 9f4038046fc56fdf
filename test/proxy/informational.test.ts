import { expect, test } from 'vitest';
import { response } from '../fake/backend.ts';
import { get } from '../fake/client.ts';
import { serveScript, until } from './start.ts';

const HINTS = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n';

test('103 reaches the client before the response, with its fields', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    while ((await connection.request()) !== null) await connection.write(HINTS + HINTS + response('ok'));
  });
  const client = await connect();
  await client.write(get());
  const hints = await client.head();
  expect(hints!.start).toMatch(/^HTTP\/1\.1 103 /);
  expect(hints!.fields).toContainEqual(['Link', '</a.css>; rel=preload']);
  expect(await client.response()).toMatchObject({ status: 200, informational: [103], body: 'ok' });
  expect(await client.request(get())).toMatchObject({ status: 200, informational: [103, 103] });
  expect(backend.connections).toHaveLength(1);
});

test('HTTP/1.0 gets no 1xx', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write(HINTS + response('ok'));
  });
  const client = await connect();
  const answered = await client.request('GET / HTTP/1.0\r\nHost: a.example\r\n\r\n');
  expect(answered).toMatchObject({ status: 200, informational: [], body: 'ok' });
});

test('a backend that ends after 1xx is 502', async () => {
  const { connect } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write(HINTS);
    connection.end();
  });
  const client = await connect();
  await client.write('PATCH / HTTP/1.1\r\nHost: a.example\r\n\r\n');
  expect(await client.response()).toMatchObject({ status: 502, informational: [103] });
});

test('a backend that sends 1xx without end is stopped', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    await connection.request();
    for (let count = 0; count < 20_000 && connection.open; count++) await connection.write(HINTS);
  });
  const client = await connect();
  const answered = await client.request(get());
  expect(answered.status).toBe(502);
  await until(() => backend.open === 0, 'the backend connection to be closed');
});
