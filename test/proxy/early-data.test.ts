import { connect as connectSocket } from 'node:net';
import { expect, test } from 'vitest';
import { answer, pause, response } from '../fake/backend.ts';
import { certificateKey, EXACT } from '../fake/certificates.ts';
import { get, post } from '../fake/client.ts';
import { backend, serve, serveScript, until } from './start.ts';

test('a request that is written before the connection is established', async () => {
  const { port } = await serveScript();
  const socket = connectSocket({ host: '127.0.0.1', port });
  socket.write(get('/', 'Connection: close\r\n'));
  let text = '';
  for await (const part of socket) text += part;
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test('a request in the same packet as the end of the TLS handshake', async () => {
  const one = await backend();
  const { connect } = await serve({
    listeners: { http: { tls: { mode: 'Terminate', certificates: [certificateKey(EXACT)], clientValidation: null } } },
    certificates: { [certificateKey(EXACT)]: EXACT },
    backends: { a: [one.port] },
  });
  for (let round = 0; round < 5; round++) {
    const client = await connect({ servername: 'a.example' });
    expect(await client.request(get() + get())).toMatchObject({ status: 200 });
    expect(await client.response()).toMatchObject({ status: 200 });
  }
  expect(one.requests).toHaveLength(10);
});

test('a whole body that comes before the backend is connected', async () => {
  const { connect, backend } = await serveScript(answer((request) => response(String(request.body.length))));
  const client = await connect();
  const body = 'x'.repeat(1024 * 1024);
  const sending = client.write(post(body));
  expect((await client.response()).body).toBe(String(body.length));
  await sending;
  expect(backend.requests[0]!.body === body).toBe(true);
});

test('a client that writes ahead and does not read is not read any further', async () => {
  const large = response('x'.repeat(200_000));
  const { connect, backend } = await serveScript(answer(large));
  const client = await connect();
  client.reader.stop();
  await client.write(get().repeat(500));
  await pause(300);
  // What fits into the buffers between the two is on its way; the rest waits.
  const early = backend.requests.length;
  expect(early).toBeLessThan(200);
  client.reader.resume();
  await until(() => backend.requests.length > early, 'the proxy to go on');
  for (let index = 0; index < 500; index++) expect((await client.response()).body.length).toBe(200_000);
});

test('endless empty lines are no request', async () => {
  const { connect, backend } = await serveScript(undefined, { limits: { headTimeout: 300, idleTimeout: 300 } });
  const client = await connect();
  for (let round = 0; round < 50 && client.reader.closing === null; round++) {
    await client.write('\r\n').catch(() => {});
    await pause(20);
  }
  expect(await client.closed()).not.toBe('open');
  expect(backend.connections).toHaveLength(0);
});
