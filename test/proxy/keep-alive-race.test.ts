/** A backend may close an idle connection in the same moment in which the proxy chooses it for a request. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { answer, inTurn, pause, response, type Script } from '../fake/backend.ts';
import { get, post, postChunked } from '../fake/client.ts';
import { backend, serve, serveScript } from './start.ts';

/** Answers one request, and closes as soon as the next one begins. */
const closesOnSecond: Script = async (connection) => {
  await connection.request();
  await connection.write(response('first'));
  await connection.reader.take(1);
  connection.reset();
};

test.each([
  ['GET', get('/again')],
  ['HEAD', 'HEAD /again HTTP/1.1\r\nHost: a.example\r\n\r\n'],
  ['PUT with a body', post('hello', '/again').replace('POST', 'PUT')],
  ['DELETE', 'DELETE /again HTTP/1.1\r\nHost: a.example\r\n\r\n'],
])('%s is sent again on another connection', async (_, bytes) => {
  const { connect, backend } = await serveScript(inTurn(closesOnSecond, answer(response('second'))));
  const client = await connect();
  expect((await client.request(get('/first'))).body).toBe('first');
  expect((await client.request(bytes)).status).toBe(200);
  expect(backend.connections).toHaveLength(2);
  expect(backend.requests.at(-1)!.target).toBe('/again');
  if (bytes.startsWith('PUT')) expect(backend.requests.at(-1)!.body).toBe('hello');
});

test.each([
  ['POST with a length', post('hello', '/again')],
  ['POST with chunks', postChunked(['hello'], '/again')],
  ['PATCH', 'PATCH /again HTTP/1.1\r\nHost: a.example\r\n\r\n'],
])('%s may have been acted on: it is not sent again (RFC 9110 section 9.2.2)', async (_, bytes) => {
  const { connect, backend } = await serveScript(inTurn(closesOnSecond, answer(response('second'))));
  const client = await connect();
  expect((await client.request(get('/first'))).body).toBe('first');
  expect((await client.request(bytes)).status).toBe(502);
  expect(backend.requests.map((request) => request.target)).toEqual(['/first']);
});

test('once a byte of the response has come, nothing is sent again', async () => {
  const { connect, backend } = await serveScript(
    inTurn(
      async (connection) => {
        await connection.request();
        await connection.write(response('first'));
        await connection.request();
        await connection.write('H');
        await pause(10);
        connection.reset();
      },
      answer(response('second')),
    ),
  );
  const client = await connect();
  expect((await client.request(get('/first'))).body).toBe('first');
  expect((await client.request(get('/again'))).status).toBe(502);
  expect(backend.connections).toHaveLength(1);
});

test('a fresh connection that closes is not tried again', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    await connection.request();
    connection.reset();
  });
  const client = await connect();
  expect((await client.request(get())).status).toBe(502);
  expect(backend.connections).toHaveLength(1);
});

test('a request is sent again once, not for ever', async () => {
  let rounds = 0;
  const { connect } = await serveScript(async (connection) => {
    rounds++;
    await connection.request();
    if (rounds <= 2) await connection.write(response('ok'));
    if (rounds <= 2) await connection.reader.take(1);
    connection.reset();
  });
  const [first, second] = [await connect(), await connect()];
  await Promise.all([first.write(get('/1')), second.write(get('/2'))]);
  await Promise.all([first.response(), second.response()]);
  // Both pooled connections reset on their next request, and so does every fresh one.
  expect((await first.request(get('/again'))).status).toBe(502);
  expect(rounds).toBeLessThanOrEqual(4);
});

test('a FIN that came while the connection was idle costs nothing', async () => {
  const { connect, backend } = await serveScript(async (connection) => {
    await connection.request();
    await connection.write(response(`connection ${connection.number}`));
    await pause(10);
    connection.end();
  });
  const client = await connect();
  for (let round = 1; round <= 4; round++) {
    expect((await client.request(post('x'))).body).toBe(`connection ${round}`);
    await pause(40);
  }
  expect(backend.connections).toHaveLength(4);
});

/** Servers that answer the first request on a connection; at the next one to any of them all are gone, unanswered. */
async function leavingTogether(count: number): Promise<{ ports: number[]; leave: () => void }> {
  const sockets = new Set<Socket>();
  const servers = Array.from({ length: count }, () =>
    createServer((socket) => {
      sockets.add(socket);
      let served = 0;
      socket.on('error', () => {});
      socket.on('data', () => {
        served += 1;
        if (served === 1) socket.write(response('first'));
        else leave();
      });
    }),
  );
  const leave = () => {
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  };
  for (const server of servers) await once(server.listen(0, '127.0.0.1'), 'listening');
  return { ports: servers.map((server) => (server.address() as AddressInfo).port), leave };
}

test('of several endpoints that leave at the same moment none costs a request, as long as one stays', async () => {
  const { ports, leave } = await leavingTogether(4);
  const staying = await backend(answer(response('stays')));
  const { connect } = await serve({ backends: { one: [...ports, staying.port] } });
  const client = await connect();
  const bodies: string[] = [];
  for (let turn = 0; turn < 12; turn++) bodies.push((await client.request(get('/'))).body);
  leave();
  expect(bodies.slice(0, 5).toSorted()).toEqual(['first', 'first', 'first', 'first', 'stays']);
  expect(bodies.slice(5)).toEqual(Array.from({ length: 7 }, () => 'stays'));
});
