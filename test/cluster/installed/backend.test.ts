import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBackend } from './backend.ts';
import { create, kube, list, patch, remove, removeNamespace, rolledOut, until } from './cluster.ts';
import { Load } from './load.ts';
import { httpRoute, routeProgrammed, startShop } from './shop.ts';

/** Requests a second. */
const RATE = Number(process.env.RATE ?? 300);
const ROLLOUTS = 5;

let namespace: string;
let address: string;

beforeAll(async () => {
  ({ namespace, address } = await startShop('backend'));
  await startBackend(namespace, { name: 'graceful', graceful: true });
  await create(httpRoute(namespace, 'graceful', '/graceful', 'graceful'));
  await routeProgrammed(namespace, 'graceful');
});

afterAll(async () => {
  await removeNamespace(namespace);
  await kube.close();
});

describe.each([
  { what: 'whose pods are gone at once', name: 'echo', path: '/' },
  { what: 'whose pods end their connections', name: 'graceful', path: '/graceful' },
])('a backend $what', ({ name, path }) => {
  async function underLoad(work: () => Promise<void>): Promise<number> {
    const load = new Load(`http://${address}${path}`, { rate: RATE });
    await Promise.all([work(), sleep(3_000)]);
    const { count, failures, pods } = await load.stop();
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(RATE / 2);
    return pods;
  }

  test(`loses no request in ${ROLLOUTS} rollouts`, { timeout: 600_000 }, async () => {
    const pods = await underLoad(async () => {
      for (let round = 0; round < ROLLOUTS; round++) {
        const annotations = { 'example.com/round': String(round) };
        await patch('Deployment', namespace, name, { spec: { template: { metadata: { annotations } } } });
        await rolledOut(namespace, name);
      }
    });
    // Two of each round, less one that the load may have missed: it did go to all of them.
    expect(pods).toBeGreaterThan(ROLLOUTS * 2);
  });

  test('loses no request when it is scaled from 2 to 1, to 5 and back to 1', { timeout: 300_000 }, async () => {
    await underLoad(async () => {
      for (const replicas of [1, 5, 1, 2]) {
        await patch('Deployment', namespace, name, { spec: { replicas } });
        await rolledOut(namespace, name);
        await sleep(1_000);
      }
    });
  });

  test('loses no request when a pod is killed', { timeout: 300_000 }, async () => {
    await underLoad(async () => {
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
});
