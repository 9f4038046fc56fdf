import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, kube, list, makeNamespace, patch, remove, removeNamespace, rolledOut, until } from './cluster.ts';
import { Load } from './load.ts';
import { httpRoute, routeProgrammed, startBackend, startGateway } from './shop.ts';

/** Requests a second. */
const RATE = Number(process.env.RATE ?? 200);

let namespace: string;
let address: string;

beforeAll(async () => {
  namespace = await makeNamespace('backend');
  [address] = await Promise.all([startGateway(namespace), startBackend(namespace)]);
  await create(httpRoute(namespace, 'all', '/'));
  await routeProgrammed(namespace, 'all');
});

afterAll(async () => {
  await removeNamespace(namespace);
  await kube.close();
});

async function underLoad(work: () => Promise<void>): Promise<number> {
  const load = new Load(`http://${address}/`, RATE);
  await Promise.all([work(), sleep(3_000)]);
  const { count, failures, pods } = await load.stop();
  expect(count).toBeGreaterThan(0);
  expect(failures).toEqual([]);
  return pods;
}

test('a rollout of the backend loses no request, although its pods end at once', { timeout: 300_000 }, async () => {
  const pods = await underLoad(async () => {
    for (let round = 0; round < 2; round++) {
      const annotations = { 'example.com/round': String(round) };
      await patch('Deployment', namespace, 'echo', { spec: { template: { metadata: { annotations } } } });
      await rolledOut(namespace, 'echo');
    }
  });
  // Those before, and those of both rounds: the load did go to all of them.
  expect(pods).toBeGreaterThanOrEqual(5);
});

test('scaling down and up loses no request', { timeout: 300_000 }, async () => {
  await underLoad(async () => {
    for (const replicas of [1, 4, 1, 2]) {
      await patch('Deployment', namespace, 'echo', { spec: { replicas } });
      await rolledOut(namespace, 'echo');
    }
  });
});

test('a pod that is killed loses no request', { timeout: 300_000 }, async () => {
  await underLoad(async () => {
    const [victim] = await list('Pod', namespace, 'app=echo');
    const { name } = victim!.metadata;
    await remove('Pod', namespace, name, true);
    await until('it is replaced', async () => {
      const pods = await list('Pod', namespace, 'app=echo');
      return pods.length === 2 && pods.every(({ metadata }) => metadata.name !== name);
    });
    await rolledOut(namespace, 'echo');
  });
});
