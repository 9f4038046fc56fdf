import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ReadPool } from '../wire.ts';
import { ClientSocket } from './client-socket.ts';

/** A connection on the loopback: the client's socket, and ours. */
async function pair(): Promise<{ client: Socket; ours: ClientSocket }> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  const [socket] = await accepted;
  const owner = { received() {}, drained() {}, ended() {}, destroy() {}, crashed() {} };
  const ours = new ClientSocket(socket, false, new ReadPool(), owner);
  ours.start();
  onTestFinished(() => {
    client.destroy();
    ours.destroy();
    server.close();
  });
  return { client, ours };
}

test('a reset tells the client that bytes are missing', async () => {
  const { client, ours } = await pair();
  const failed = once(client, 'error');
  ours.reset();
  expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' });
});

test('a connection whose half was ended is closed by a reset all the same', async () => {
  const { client, ours } = await pair();
  client.on('error', () => {});
  const closed = once(ours.socket, 'close');
  ours.socket.end('the end');
  ours.reset();
  await closed;
  expect(ours.socket.destroyed).toBe(true);
});
