import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FakeApiServer } from '../../../test/fake/api-server.ts';
import { startFakeKube } from '../../../test/fake/kube.ts';
import type { KubeClient } from '../../kube/client.ts';
import { AuthorityKeeper } from './keeper.ts';
import { type Authorities, SETTLE } from './rotation.ts';
import { AuthoritySecret } from './secret.ts';

const SECRETS = '/api/v1/secrets';
const SECRET = '/api/v1/namespaces/headgate-system/secrets/headgate-ca';

let server: FakeApiServer;
let client: KubeClient;
let now: number;
let stop: AbortController;

beforeEach(async () => {
  ({ server, client } = await startFakeKube());
  server.install(SECRETS);
  now = Date.now();
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await client.close();
  await server.stop();
});

function replica() {
  const seen: Authorities[] = [];
  const failures: unknown[] = [];
  const keeper = new AuthorityKeeper({
    secret: new AuthoritySecret(client, 'headgate-system', 'headgate-ca'),
    commonName: 'headgate test',
    changed: (authorities) => void seen.push(authorities),
    failed: (error) => void failures.push(error),
    interval: 10,
    now: () => now,
  });
  return { keeper, seen, failures };
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 10 });

test('replicas that start together have the same authority', async () => {
  const loaded = await Promise.all([1, 2, 3].map(() => replica().keeper.load()));
  expect(loaded[1]).toEqual(loaded[0]);
  expect(loaded[2]).toEqual(loaded[0]);
});

test('all replicas follow a rotation, and none is told twice', async () => {
  const [a, b] = [replica(), replica()];
  const first = await a.keeper.load();
  await b.keeper.load();
  const running = [a, b].map(({ keeper }) => keeper.run(stop.signal));
  const secret = await client.request<{ readonly metadata: object }>('GET', SECRET);
  now += 5_000;
  const annotations = { 'headgate.dev/rotate-before': new Date(now).toISOString() };
  await client.request('PUT', SECRET, { body: { ...secret, metadata: { ...secret.metadata, annotations } } });
  await eventually(() => expect([a.seen.length, b.seen.length]).toEqual([1, 1]));
  expect(a.seen[0]).toEqual(b.seen[0]);
  expect(a.seen[0]!.current).toEqual(first.current);
  now += SETTLE;
  await eventually(() => expect([a.seen.length, b.seen.length]).toEqual([2, 2]));
  expect(a.seen[1]).toEqual(b.seen[1]);
  expect(a.seen[1]!.current).toEqual(a.seen[0]!.next);
  expect(a.seen[1]!.previous).toEqual([first.current.cert]);
  stop.abort();
  await Promise.all(running);
});

test('an API server that does not answer changes nothing', async () => {
  const { keeper, seen, failures } = replica();
  const first = await keeper.load();
  const running = keeper.run(stop.signal);
  server.faults.statuses = Array(5).fill(500);
  await eventually(() => expect(failures.length).toBeGreaterThan(0));
  server.faults.statuses = [];
  expect(seen).toEqual([]);
  expect(await keeper.load()).toEqual(first);
  stop.abort();
  await running;
});
