/** Whether a controller does all of its work: what is asked after everything that may have stopped it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { create, get, type KubeObject, list, patch, remove, rolledOut, until } from './cluster.ts';
import { HTTP, httpRoute, programmed, routeProgrammed, type Shop } from './shop.ts';

let round = 0;

const statusOf = async (address: string, path: string, port = 80) => {
  const answer = await fetch(`http://${address}:${port}${path}`, { headers: { connection: 'close' } });
  await answer.arrayBuffer();
  return answer.status;
};

/**
 * Routes come and go, the Gateway's listeners change, endpoints change; the traffic and all statuses must say so.
 * @param shop as startShop makes it
 */
export async function expectCorrect({ namespace, address }: Shop): Promise<void> {
  round += 1;
  const name = `correct-${round}`;
  await create(httpRoute(namespace, name, `/${name}`));
  await routeProgrammed(namespace, name);
  expect(await statusOf(address, `/${name}`)).toBe(200);

  const port = 8100 + round;
  const more = { name: 'more', port, protocol: 'HTTP' };
  await patch('Gateway', namespace, 'web', { spec: { listeners: [HTTP, more] } });
  await programmed(namespace, 'web');
  await until('the new listener answers', async () => (await statusOf(address, `/${name}`, port)) === 200);
  await patch('Gateway', namespace, 'web', { spec: { listeners: [HTTP] } });
  await programmed(namespace, 'web');

  // Only endpoints that there are now can answer this one.
  await patch('Deployment', namespace, 'echo', { spec: { replicas: 3 } });
  await rolledOut(namespace, 'echo');
  await patch('Deployment', namespace, 'echo', { spec: { replicas: 2 } });
  await rolledOut(namespace, 'echo');

  await remove('HTTPRoute', namespace, name);
  await everyRouteCounted(namespace);
}

/** Resolves when the Gateway `web` counts as many routes as there are, and does not change its mind. */
export async function everyRouteCounted(namespace: string): Promise<void> {
  const counts = async (): Promise<[told: number, there: number]> => {
    const routes: KubeObject[] = await list('HTTPRoute', namespace);
    const ours = routes.filter(({ spec }) => spec.parentRefs[0].name === 'web');
    return [(await get('Gateway', namespace, 'web')).status.listeners[0].attachedRoutes, ours.length];
  };
  await until('every route is counted and no other', async () => {
    const [told, there] = await counts();
    return told === there;
  });
  await sleep(500);
  const [told, there] = await counts();
  expect(told).toBe(there);
}
