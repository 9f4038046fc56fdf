import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { Departures } from './departures.ts';

const open: { destroy(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.destroy();
});

async function pair(): Promise<{ near: Socket; far: Socket }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  await once(near, 'connect');
  server.close();
  open.push(near, far);
  return { near, far };
}

test('what is held leaves when the turn of the event loop is over, on every socket', async () => {
  const pairs = [await pair(), await pair()];
  const departures = new Departures();
  const came = pairs.map(({ far }) => once(far, 'data'));
  for (const { near } of pairs) {
    departures.hold(near);
    near.write('hello');
  }
  expect(pairs.map(({ near }) => near.writableLength)).toEqual([5, 5]);
  await turn();
  expect(pairs.map(({ near }) => near.writableLength)).toEqual([0, 0]);
  expect((await Promise.all(came)).map(([chunk]) => String(chunk))).toEqual(['hello', 'hello']);
});

test('a socket that is gone by then keeps nobody from leaving', async () => {
  const [gone, other] = [await pair(), await pair()];
  const departures = new Departures();
  const came = once(other.far, 'data');
  departures.hold(gone.near);
  gone.near.write('lost');
  departures.hold(other.near);
  other.near.write('hello');
  gone.near.destroy();
  expect(String((await came)[0])).toBe('hello');
});
