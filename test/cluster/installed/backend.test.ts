import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, kube, list, patch, remove, removeNamespace, rolledOut, until } from './cluster.ts';
import { Load } from './load.ts';
import { httpRoute, routeProgrammed, startBackend, startShop } from './shop.ts';

/** Requests a second to each backend. */
const RATE = Number(process.env.RATE ?? 300);
const ROLLOUTS = 5;

let namespace: string;
let address: string;

beforeAll(async () => {
  ({ namespace, address } = await startShop('backend'));
  await startBackend(namespace, 'graceful', 2, true);
  await create(httpRoute(namespace, 'graceful', '/graceful', 'graceful'));
  await routeProgrammed(namespace, 'graceful');
});

afterAll(async () => {
  await removeNamespace(namespace);
  await kube.close();
});

/** Gone at once on SIGTERM, and ending its connections first: what a test does to one it does to the other beside it. */
const BACKENDS = [
  { name: 'echo', path: '/' },
  { name: 'graceful', path: '/graceful' },
];

/** Each backend has its own load; returns how many of its pods answered. */
function underLoad(work: (name: string) => Promise<void>): Promise<number[]> {
  return Promise.all(
    BACKENDS.map(async ({ name, path }) => {
      const load = new Load(`http://${address}${path}`, RATE);
      await Promise.all([work(name), sleep(3_000)]);
      const { count, failures, pods } = await load.stop();
      expect([name, failures]).toEqual([name, []]);
      expect(count).toBeGreaterThan(RATE / 2);
      return pods;
    }),
  );
}

test(`${ROLLOUTS} rollouts lose no request`, { timeout: 900_000 }, async () => {
  const pods = await underLoad(async (name) => {
    for (let round = 0; round < ROLLOUTS; round++) {
      const annotations = { 'example.com/round': String(round) };
      await patch('Deployment', namespace, name, { spec: { template: { metadata: { annotations } } } });
      await rolledOut(namespace, name);
    }
  });
  // Those before, and two of each round, less some that the load may have missed: it did go to all of them.
  for (const count of pods) expect(count).toBeGreaterThan(ROLLOUTS * 2 - 2);
});

test('scaling from 2 to 1, to 5 and back to 1 loses no request', { timeout: 900_000 }, async () => {
  await underLoad(async (name) => {
    for (const replicas of [1, 5, 1, 2]) {
      await patch('Deployment', namespace, name, { spec: { replicas } });
      await rolledOut(namespace, name);
      await sleep(1_000);
    }
  });
});

test('a pod that is killed loses no request', { timeout: 900_000 }, async () => {
  await underLoad(async (name) => {
    const [victim] = await list('Pod', namespace, `app=${name}`);
    const killed = victim!.metadata.name;
    await remove('Pod', namespace, killed, true);
    await until('it is replaced', async () => {
      const pods = await list('Pod', namespace, `app=${name}`);
      return pods.length === 2 && pods.every(({ metadata }) => metadata.name !== killed);
    });
    await rolledOut(namespace, name);
  });
});
