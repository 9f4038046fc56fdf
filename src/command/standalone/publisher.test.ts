import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Snapshot } from '../../ir/delta.ts';
import { emptyTable, type RoutingTable } from '../../ir/table.ts';
import { type Proxies, Publisher } from './publisher.ts';

const where = { address: '127.0.0.1', portOffset: 20_000 };
let taken: Server | null = null;
afterEach(() => void taken?.close());

function table(gateway: string, ...ports: number[]): RoutingTable {
  const listeners = ports.map((port) => [
    `gateway/${gateway}/${port}`,
    { port, protocol: 'HTTP' as const, hostname: '', addresses: [], tls: null },
  ]);
  return { ...emptyTable(gateway), listeners: Object.fromEntries(listeners) };
}

/** Proxies that do what they are told, and write it down. */
class Recorder implements Proxies {
  readonly calls: string[] = [];
  refuse = '';

  async apply({ table: { gateway, listeners } }: Snapshot): Promise<void> {
    this.calls.push(`apply ${gateway} ${Object.values(listeners).map(({ port }) => port)}`);
    if (this.refuse !== '') throw new Error(this.refuse);
  }

  async remove(gateway: string): Promise<void> {
    this.calls.push(`remove ${gateway}`);
  }
}

test('publishes what changed, removes what is gone, and knows how far each Gateway is', async () => {
  const proxies = new Recorder();
  const publisher = new Publisher(proxies, where);
  expect(publisher.progressOf('ns/a')).toBeNull();
  expect(await publisher.publish([table('ns/a', 801), table('ns/b', 802)])).toEqual(new Map());
  await publisher.publish([table('ns/a', 801), table('ns/b', 802, 803)]);
  await publisher.publish([table('ns/b', 802, 803)]);
  expect(proxies.calls).toEqual(['apply ns/a 801', 'apply ns/b 802', 'apply ns/b 802,803', 'remove ns/a']);
  expect(publisher.served.map(({ table: { gateway } }) => gateway)).toEqual(['ns/b']);
  const progress = publisher.progressOf('ns/b');
  expect(progress?.acknowledged).toEqual([progress?.desired]);
  expect(publisher.progressOf('ns/a')).toBeNull();
});

test('who gives up a port goes before who wants it', async () => {
  const proxies = new Recorder();
  const publisher = new Publisher(proxies, where);
  await publisher.publish([table('ns/a', 801), table('ns/b', 802)]);
  await publisher.publish([table('ns/a', 801, 802), table('ns/b', 803)]);
  expect(proxies.calls.slice(2)).toEqual(['apply ns/b 803', 'apply ns/a 801,802']);
});

test('a refused table leaves the one before, and is tried again', async () => {
  const proxies = new Recorder();
  const publisher = new Publisher(proxies, where);
  await publisher.publish([table('ns/a', 801)]);
  const good = publisher.served[0];
  proxies.refuse = 'worker 1 says no';
  expect(await publisher.publish([table('ns/a', 804)])).toEqual(new Map([['ns/a', 'worker 1 says no']]));
  expect(publisher.served).toEqual([good]);
  expect(publisher.progressOf('ns/a')).toMatchObject({ acknowledged: [good?.table], refused: 'worker 1 says no' });
  proxies.refuse = '';
  expect(await publisher.publish([table('ns/a', 804)])).toEqual(new Map());
  expect(publisher.served[0]?.revision).not.toBe(good?.revision);
});

test('a port of another program is not shared with it', async () => {
  taken = createServer();
  const port = await new Promise<number>((resolve) => {
    taken!.listen(0, '127.0.0.1', () => resolve((taken!.address() as { port: number }).port));
  });
  const proxies = new Recorder();
  const publisher = new Publisher(proxies, where);
  const failures = await publisher.publish([table('ns/a', port), table('ns/b', 805)]);
  expect(failures).toEqual(new Map([['ns/a', `127.0.0.1:${port} is taken by another program`]]));
  expect(proxies.calls).toEqual(['apply ns/b 805']);
});
