import { connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { issueCertificate, type KeyPair, makeAuthority } from '../../controller/authority/certificate.ts';
import { EveryReplica } from '../every-replica.ts';
import { COUNT_PATH, SnapshotServer } from '../server.ts';
import { CountClient, type Counted } from './client.ts';
import { INSTANCE_HEADER } from './server.ts';
import type { Tally } from './tally.ts';

const TOKENS: Record<string, { gateway: string; proxy: string }> = {
  'token-1': { gateway: 'shop/web', proxy: 'web-1' },
  'token-2': { gateway: 'shop/web', proxy: 'web-2' },
  'token-other': { gateway: 'shop/other', proxy: 'other-1' },
};
const KEY = 'A'.repeat(22);

let authority: KeyPair;
let server: SnapshotServer;
let port: number;
const stops: (() => Promise<void>)[] = [];

async function start(at = 0, countedClients?: number): Promise<void> {
  const tls = await issueCertificate(authority, ['127.0.0.1'], 1);
  server = new SnapshotServer({ tls, authenticate: async (token) => TOKENS[token] ?? null, countedClients });
  port = await server.listen(at, '127.0.0.1');
}

beforeEach(async () => {
  authority = await makeAuthority('test', 1);
  await start();
});

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await server.close();
});

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 });

/** A proxy that has counted what it is told to have. */
class Proxy implements Counted {
  readonly counts = new Map<string, number>();
  readonly heard = new Map<string, Tally>();
  proxies = 0;
  replicas = 0;
  readonly client = new CountClient(this);

  constructor(token: string) {
    this.reach(token, port);
  }

  /** Finds a controller at a port. */
  reach(token: string, at: number): void {
    const stop = new AbortController();
    const running = new EveryReplica({
      address: `https://127.0.0.1:${at}`,
      ca: async () => authority.cert,
      token: async () => token,
      conversations: [this.client],
      interval: 20,
    }).run(stop.signal);
    stops.push(async () => {
      stop.abort();
      await running;
    });
  }

  count(key: string, used: number): void {
    this.counts.set(key, used);
    this.client.changed(key);
  }

  keys(): Iterable<string> {
    return this.counts.keys();
  }

  tally(key: string): Tally {
    return { key, round: 1, used: this.counts.get(key)!, left: 60_000, blocked: 0 };
  }

  hear(tallies: readonly Tally[], proxies: number): void {
    this.proxies = proxies;
    for (const tally of tallies) this.heard.set(tally.key, tally);
  }

  connected(replicas: number): void {
    this.replicas = replicas;
  }
}

async function proxy(token: string): Promise<Proxy> {
  const made = new Proxy(token);
  made.client.want();
  await eventually(() => expect(made.replicas).toBe(1));
  return made;
}

test('proxies of a Gateway hear what the others have counted, also before they came; those of another hear nothing', async () => {
  const first = await proxy('token-1');
  first.count(KEY, 3);
  await eventually(() => expect(server.countedClients).toBe(1));
  const second = await proxy('token-2');
  const other = await proxy('token-other');
  await eventually(() => expect(second.heard.get(KEY)).toMatchObject({ round: 1, used: 3 }));
  await eventually(() => expect([first.proxies, second.proxies]).toEqual([2, 2]));
  other.count(KEY, 100);
  second.count(KEY, 4);
  await eventually(() => expect(first.heard.get(KEY)).toMatchObject({ used: 4 }));
  first.count(KEY, 5);
  await eventually(() => expect(second.heard.get(KEY)).toMatchObject({ used: 5 }));
  expect(other.heard.size).toBe(0);
  await eventually(() => expect(other.proxies).toBe(1));
});

test('a replica that restarts is told everything', async () => {
  const first = await proxy('token-1');
  const second = await proxy('token-2');
  first.count(KEY, 3);
  await eventually(() => expect(second.heard.get(KEY)).toMatchObject({ used: 3 }));
  await server.close();
  await eventually(() => expect([first.replicas, second.replicas]).toEqual([0, 0]));
  first.count(KEY, 8);
  await start(port);
  await eventually(() => expect(second.heard.get(KEY)).toMatchObject({ used: 8 }));
});

test('any of several replicas is enough', async () => {
  const [one, onePort] = [server, port];
  await start();
  const first = await proxy('token-1');
  const second = await proxy('token-2');
  first.reach('token-1', onePort);
  second.reach('token-2', onePort);
  await eventually(() => expect([first.replicas, second.replicas]).toEqual([2, 2]));
  first.count(KEY, 3);
  await eventually(() => expect(second.heard.get(KEY)).toMatchObject({ used: 3 }));
  await one.close();
  first.count(KEY, 4);
  await eventually(() => expect(second.heard.get(KEY)).toMatchObject({ used: 4 }));
});

test('a process that takes the place of another in a pod adds to what that has counted', async () => {
  const first = await proxy('token-1');
  const second = await proxy('token-2');
  first.count(KEY, 3);
  await eventually(() => expect(second.heard.get(KEY)).toMatchObject({ used: 3 }));
  const again = await proxy('token-1');
  await eventually(() => expect(again.heard.get(KEY)).toMatchObject({ used: 3 }));
  again.count(KEY, 2);
  await eventually(() => expect(second.heard.get(KEY)).toMatchObject({ used: 5 }));
});

test('a proxy that has nothing to count together says nothing', async () => {
  const idle = new Proxy('token-1');
  await sleep(300);
  expect(idle.replicas).toBe(0);
  idle.client.want();
  await eventually(() => expect(idle.replicas).toBe(1));
});

test('many clients are told in messages of a bounded length', async () => {
  const first = await proxy('token-1');
  const second = await proxy('token-2');
  for (let index = 0; index < 2_500; index++) first.count(String(index).padStart(22, '0'), 1);
  await eventually(() => expect(second.heard.size).toBe(2_500));
});

test.each([
  ['without a token that is known', 'Bearer wrong', 'instance', 401],
  ['without an instance', 'Bearer token-1', '', 400],
  ['with an instance of any length', 'Bearer token-1', 'a'.repeat(33), 400],
])('a request %s is refused', async (_, authorization, instance, status) => {
  const connection = connect(`https://127.0.0.1:${port}`, { ca: authority.cert });
  const stream = connection.request({
    ':method': 'POST',
    ':path': COUNT_PATH,
    authorization,
    [INSTANCE_HEADER]: instance,
  });
  stream.end();
  const headers = await new Promise<Record<string, unknown>>((resolve) => stream.once('response', resolve));
  expect(headers[':status']).toBe(status);
  connection.destroy();
});

test('a proxy that makes no sense is not heard any more, and the others are', async () => {
  const second = await proxy('token-2');
  const connection = connect(`https://127.0.0.1:${port}`, { ca: authority.cert });
  const authorization = 'Bearer token-1';
  const stream = connection.request({ ':method': 'POST', ':path': COUNT_PATH, authorization, [INSTANCE_HEADER]: 'x' });
  stream.write(`{"tallies":[["${KEY}",1,7,60000,0]]}\n`);
  await eventually(() => expect(second.heard.get(KEY)).toMatchObject({ used: 7 }));
  const closed = new Promise((resolve) => stream.once('close', resolve));
  stream.resume();
  stream.write(`{"tallies":[["${KEY}",1,-1,60000,0]]}\n`);
  await closed;
  connection.destroy();
  expect(second.replicas).toBe(1);
});

test('a flood of clients at one Gateway costs another one nothing', async () => {
  await server.close();
  await start(0, 1_500);
  const first = await proxy('token-1');
  const other = await proxy('token-other');
  const key = (index: number) => String(index).padStart(22, '0');
  for (let index = 0; index < 100; index++) first.count(key(index), 1);
  await eventually(() => expect(server.countedClients).toBe(100));
  for (let index = 100; index < 5_000; index++) other.count(key(index), 1);
  await sleep(1_000);
  expect(server.countedClients).toBeLessThanOrEqual(1_500);
  const second = await proxy('token-2');
  await eventually(() => expect(second.heard.size).toBe(100));
});
