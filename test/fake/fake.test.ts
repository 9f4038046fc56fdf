import { expect, test } from 'vitest';
import { answer, Backend, chunkedResponse, inTurn, pause, response } from './backend.ts';
import { Client, get, post, postChunked } from './client.ts';

async function between(backend: Backend, what: (client: Client) => Promise<void>): Promise<void> {
  const client = await Client.connect(backend.port);
  try {
    await what(client);
  } finally {
    client.close();
    await backend.close();
  }
}

test('the backend answers every request of a connection and keeps what it received', async () => {
  const backend = await Backend.start(answer((request) => response(`${request.method} ${request.body}`)));
  await between(backend, async (client) => {
    expect((await client.request(get('/a'))).body).toBe('GET ');
    expect((await client.request(post('hello', '/b', 'X: y\r\n'))).body).toBe('POST hello');
    expect((await client.request(postChunked(['hel', 'lo'], '/c', '', 'T: u\r\n'))).body).toBe('POST hello');
    expect(backend.requests.map((request) => request.target)).toEqual(['/a', '/b', '/c']);
    expect(backend.requests[1]!.header('x')).toBe('y');
    expect(backend.requests[2]!.trailers).toEqual([['T', 'u']]);
    expect(backend.connections).toHaveLength(1);
  });
});

test('the client reads 1xx, chunks and trailers, a body without framing, and how the connection ended', async () => {
  const backend = await Backend.start(async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 103 Early Hints\r\n\r\n');
    await connection.drip(chunkedResponse(['a', 'bc'], 'T: u\r\n'), 0);
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\n\r\nuntil the end');
    connection.end();
  });
  await between(backend, async (client) => {
    const first = await client.request(get());
    expect(first).toMatchObject({ informational: [103], body: 'abc', trailers: [['T', 'u']], whole: true });
    const second = await client.request(get());
    expect(second).toMatchObject({ body: 'until the end', whole: true });
    expect(await client.closed()).toBe('fin');
  });
});

test('a reset is told from an end, and a message that is cut from one that is whole', async () => {
  const backend = await Backend.start(
    inTurn(async (connection) => {
      await connection.request();
      await connection.write(response('hello').slice(0, -2));
      await pause(20);
      connection.reset();
    }),
  );
  await between(backend, async (client) => {
    expect(await client.request(get())).toMatchObject({ body: 'hel', whole: false });
    expect(await client.closed()).toBe('reset');
  });
});
