import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, get, kube, list, makeNamespace, patch, removeNamespace, until } from './cluster.ts';
import { Load } from './load.ts';
import {
  httpRoute,
  proxies,
  readyProxies,
  routeProgrammed,
  scaleProxies,
  startBackend,
  startScaledGateway,
} from './shop.ts';
import { Talk } from './talk.ts';

const RATE = 300;
const REPLICAS = 2;
/** Milliseconds that a proxy takes connections, and then lets those that it has finish, from SIGTERM on (`headgate proxy`). */
const DRAIN = 35_000;

let namespace: string;
let address: string;

beforeAll(async () => {
  namespace = await makeNamespace('proxies');
  [address] = await Promise.all([
    startScaledGateway(namespace, REPLICAS),
    startBackend(namespace),
    startBackend(namespace, 'graceful', 2, true),
  ]);
  await create(httpRoute(namespace, 'all', '/'));
  await create(httpRoute(namespace, 'graceful', '/graceful', 'graceful'));
  await routeProgrammed(namespace, 'all');
  await routeProgrammed(namespace, 'graceful');
});

afterAll(async () => {
  await removeNamespace(namespace);
  await kube.close();
});

const names = async () => (await proxies(namespace)).map(({ metadata }) => metadata.name);

/** While clients keep asking: `work` makes proxies leave. */
async function underLoad(work: () => Promise<void>): Promise<void> {
  const load = new Load(`http://${address}/`, RATE);
  await sleep(2_000);
  await work();
  await sleep(1_000);
  const { failures, farewells } = await load.stop();
  expect(failures).toEqual([]);
  // Clients with a connection to a proxy that leaves are told to leave as well, and do.
  expect(farewells).toBeGreaterThan(0);
}

test('a new pod template replaces the proxies without a failed request', { timeout: 600_000 }, async () => {
  const before = await names();
  await underLoad(async () => {
    const annotations = { 'example.com/restarted': String(Date.now()) };
    await patch('Gateway', namespace, 'web', { spec: { infrastructure: { annotations } } });
    await until('only new proxies are left', async () => {
      const now = await names();
      return now.length === REPLICAS && now.every((name) => !before.includes(name));
    });
  });
});

test('fewer proxies, and more again, fail no request', { timeout: 600_000 }, async () => {
  await underLoad(async () => {
    await scaleProxies(namespace, 3);
    await scaleProxies(namespace, 1);
    await scaleProxies(namespace, REPLICAS);
  });
});

test('WebSockets through a proxy that leaves have until its drain ends', { timeout: 600_000 }, async () => {
  // Each proxy has some of them.
  const ready = await readyProxies(namespace);
  const talks = ready.flatMap((proxy) => Array.from({ length: 4 }, () => new Talk(`ws://${proxy}/graceful`)));
  await Promise.all(talks.map((talk) => talk.opened));
  const leaving = (await names())[0]!;
  const at = (await get('Pod', namespace, leaving)).status.podIP;
  const told = performance.now();
  await kube.request('DELETE', `/api/v1/namespaces/${namespace}/pods/${leaving}`);
  await sleep(DRAIN - 10_000);
  // Long after it stopped to take connections, not one of them was cut, and all of them go on.
  const counts = talks.map(({ answers }) => answers);
  await sleep(2_000);
  expect(talks.map(({ ended }) => ended)).toEqual(talks.map(() => null));
  for (const [index, talk] of talks.entries()) expect(talk.answers).toBeGreaterThan(counts[index]!);
  expect((await list('Pod', namespace, '')).map(({ metadata }) => metadata.name)).toContain(leaving);
  // A client that leaves in its own time does so properly.
  const there = talks.filter(({ url }) => url.includes(`//${at}/`));
  expect(there.length).toBe(4);
  for (const talk of there) await talk.close();
  expect(there.map(({ ended }) => ended)).toEqual(there.map(() => ({ code: 1000, clean: true })));
  // Nobody is left: the proxy does not wait for the rest of its time.
  await until('the proxy is gone', async () => !(await names()).includes(leaving));
  console.log(`the proxy was gone ${Math.round((performance.now() - told) / 100) / 10} s after it was told`);

  // A backend that leaves says so itself, and what it says comes through.
  const rest = talks.filter((talk) => !there.includes(talk));
  await patch('Deployment', namespace, 'graceful', { spec: { replicas: 0 } });
  await until('all are told to go', async () => rest.every(({ ended }) => ended !== null));
  expect(rest.map(({ ended }) => ended)).toEqual(rest.map(() => ({ code: 1001, clean: true })));
});
