import { connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { issueCertificate, type KeyPair, makeAuthority } from '../controller/authority/certificate.ts';
import type { Snapshot } from '../ir/delta.ts';
import { emptyTable } from '../ir/table.ts';
import { SnapshotClient } from './client.ts';
import { EveryReplica } from './every-replica.ts';
import { Reporter } from './reporter.ts';
import { snapshotOf } from './revision.ts';
import { SNAPSHOT_PATH, SnapshotServer } from './server.ts';

const TOKENS: Record<string, { gateway: string; proxy: string }> = {
  'token-web': { gateway: 'shop/web', proxy: 'web-1' },
  'token-other': { gateway: 'shop/other', proxy: 'other-1' },
};

let authority: KeyPair;
let server: SnapshotServer;
let address: string;
const stops: (() => Promise<void>)[] = [];

async function start(port = 0): Promise<SnapshotServer> {
  const tls = await issueCertificate(authority, ['127.0.0.1'], 1);
  const started = new SnapshotServer({ tls, authenticate: async (token) => TOKENS[token] ?? null });
  address = `https://127.0.0.1:${await started.listen(port, '127.0.0.1')}`;
  return started;
}

beforeEach(async () => {
  authority = await makeAuthority('test', 1);
  server = await start();
});

afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await server.close();
});

function proxy(token: string, apply: (snapshot: Snapshot) => Promise<void> = async () => {}, initial?: Snapshot) {
  const log: string[] = [];
  const client = new SnapshotClient({
    address,
    ca: async () => authority.cert,
    token: async () => token,
    apply,
    initial,
    log: (event, message) => log.push(`${event} ${message}`),
    backoff: [20, 100],
  });
  const controller = new AbortController();
  const running = client.run(controller.signal);
  stops.push(async () => {
    controller.abort();
    await running;
  });
  return { client, log };
}

function table(gateway: string, backends: number, label = ''): Snapshot {
  const entry = (index: number) =>
    ({ protocol: 'http1', name: `shop/${index}${index === 0 ? label : ''}:80`, tls: null }) as const;
  const all = Object.fromEntries(Array.from({ length: backends }, (_, i) => [`service/shop/s${i}/80`, entry(i)]));
  return snapshotOf({ ...emptyTable(gateway), backends: all });
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 8_000, interval: 10 });

test('a proxy gets the full table of its own Gateway, then what changes, and its answers are seen', async () => {
  const full = table('shop/web', 3_000);
  server.publish(full);
  server.publish(table('shop/other', 5));
  const { client } = proxy('token-web');
  await eventually(() => expect(client.current?.revision).toBe(full.revision));
  expect(client.current!.table).toEqual(full.table);
  const changed = table('shop/web', 3_000, 'changed');
  server.publish(changed);
  await eventually(() => expect(server.proxies()).toMatchObject([{ proxy: 'web-1', revision: changed.revision }]));
  expect(client.current!.table.backends['service/shop/s0/80']!.name).toBe('shop/0changed:80');
  // An entry that did not change is still the same object.
  expect(client.current!.table.backends['service/shop/s1/80']).toEqual(full.table.backends['service/shop/s1/80']);
});

test('a slow proxy gets the newest table, not every one', async () => {
  const applied: string[] = [];
  const { client } = proxy('token-web', async (snapshot) => {
    applied.push(snapshot.revision);
    await sleep(100);
  });
  await eventually(() => expect(server.proxies()).toHaveLength(1));
  const tables = Array.from({ length: 50 }, (_, i) => table('shop/web', 2, `v${i}`));
  for (const one of tables) server.publish(one);
  await eventually(() => expect(client.current?.revision).toBe(tables.at(-1)!.revision));
  expect(applied.length).toBeLessThanOrEqual(3);
});

test('a rejected table changes nothing, its reason is seen, and the next good one follows from the last good one', async () => {
  const good = table('shop/web', 2);
  const bad = table('shop/web', 2, 'bad');
  server.publish(good);
  const { client } = proxy('token-web', async (snapshot) => {
    if (snapshot.revision === bad.revision) throw new Error('cannot compile rule 7');
  });
  await eventually(() => expect(client.current?.revision).toBe(good.revision));
  server.publish(bad);
  await eventually(() =>
    expect(server.proxies()).toMatchObject([
      { revision: good.revision, rejected: { revision: bad.revision, rejected: 'cannot compile rule 7' } },
    ]),
  );
  const next = table('shop/web', 2, 'next');
  server.publish(next);
  await eventually(() => expect(server.proxies()).toMatchObject([{ revision: next.revision, rejected: null }]));
});

test('a proxy that comes back gets only what it lacks, and a full table from a controller that does not know its own', async () => {
  const first = table('shop/web', 100);
  server.publish(first);
  const { client, log } = proxy('token-web');
  await eventually(() => expect(client.current?.revision).toBe(first.revision));
  const port = Number(new URL(address).port);
  await server.close();
  await eventually(() => expect(log.some((line) => line.startsWith('lost'))).toBe(true));
  expect(client.current?.revision).toBe(first.revision);
  server = await start(port);
  const second = table('shop/web', 100, 'second');
  server.publish(second);
  await eventually(() => expect(client.current?.revision).toBe(second.revision));
});

test('a restarted proxy begins with its saved table', async () => {
  const saved = table('shop/web', 10);
  server.publish(saved);
  let applied = 0;
  const { client } = proxy(
    'token-web',
    async () => {
      applied += 1;
    },
    saved,
  );
  await eventually(() => expect(server.proxies()).toMatchObject([{ revision: saved.revision }]));
  expect(client.current).toBe(saved);
  expect(applied).toBe(0);
});

test.each(['', 'token-unknown'])('whoever shows the token "%s" gets 401 and no table', async (token) => {
  server.publish(table('shop/web', 1));
  const connection = connect(address, { ca: authority.cert });
  const stream = connection.request({
    ':method': 'POST',
    ':path': SNAPSHOT_PATH,
    ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
  });
  stream.end();
  const status = await new Promise((resolve) => stream.on('response', (headers) => resolve(headers[':status'])));
  let body = '';
  for await (const chunk of stream) body += chunk;
  expect([status, body]).toEqual([401, '']);
  connection.destroy();
  expect(server.proxies()).toEqual([]);
});

test('a proxy that answers nonsense loses its stream, and nobody else does', async () => {
  const snapshot = table('shop/web', 1);
  server.publish(snapshot);
  const { client } = proxy('token-web');
  await eventually(() => expect(client.current?.revision).toBe(snapshot.revision));
  const connection = connect(address, { ca: authority.cert });
  const stream = connection.request({
    ':method': 'POST',
    ':path': SNAPSHOT_PATH,
    authorization: 'Bearer token-other',
  });
  stream.resume();
  stream.write('{"nonsense":\n');
  await new Promise((resolve) => stream.on('close', resolve));
  connection.destroy();
  await eventually(() => expect(server.proxies()).toHaveLength(1));
});

test('every replica hears what a proxy serves, whichever it gets its tables from', async () => {
  const reports = new Reporter(() => first.revision);
  const replicas = new EveryReplica({
    address,
    ca: async () => authority.cert,
    token: async () => 'token-web',
    conversations: [reports],
    interval: 20,
  });
  const first = table('shop/web', 2);
  const second = table('shop/web', 2, 'second');
  server.publish(first);
  const stop = new AbortController();
  const running = replicas.run(stop.signal);
  stops.push(async () => {
    stop.abort();
    await running;
  });
  await eventually(() => expect(server.proxies()).toMatchObject([{ proxy: 'web-1', revision: first.revision }]));
  expect(server.proxies()[0]!.held).toBe(first);
  // Another replica was faster with a table that this one makes a moment later.
  reports.report({ revision: second.revision, rejected: null });
  await eventually(() => expect(server.proxies()).toMatchObject([{ revision: second.revision, held: first }]));
  server.publish(second);
  expect(server.proxies()[0]!.held).toBe(second);
  reports.report({ revision: 'third', rejected: 'port 80 is taken' });
  await eventually(() => expect(server.proxies()[0]!.rejected?.rejected).toBe('port 80 is taken'));
  expect(server.proxies()[0]!.revision).toBe(second.revision);
  // A replica that restarts hears it again.
  const port = Number(new URL(address).port);
  await server.close();
  server = await start(port);
  await eventually(() => expect(server.proxies()).toMatchObject([{ proxy: 'web-1', revision: first.revision }]));
});

test('a report without a token that is known is not heard', async () => {
  const access = { address, ca: async () => authority.cert, interval: 20 };
  const conversations = [new Reporter(() => 'x')];
  const replicas = new EveryReplica({ ...access, conversations, token: async () => 'token-unknown' });
  const stop = new AbortController();
  const running = replicas.run(stop.signal);
  await sleep(200);
  expect(server.proxies()).toEqual([]);
  stop.abort();
  await running;
});
