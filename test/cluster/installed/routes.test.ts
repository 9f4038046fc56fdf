import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, get, kube, makeNamespace, pathOf, remove, removeNamespace, until } from './cluster.ts';
import { ask } from './load.ts';
import { httpRoute, startBackend, startGateway } from './shop.ts';

/** Routes that are made one after another, and at once. */
const ONE_BY_ONE = Number(process.env.ROUTES ?? 100);
const AT_ONCE = Number(process.env.ROUTES_AT_ONCE ?? 250);
/** Milliseconds that a route is watched after its first 200. */
const AFTER = 50;

let namespace: string;
let address: string;
const agent = new Agent({ connections: 8 });

beforeAll(async () => {
  namespace = await makeNamespace('routes');
  [address] = await Promise.all([startGateway(namespace), startBackend(namespace)]);
});

afterAll(async () => {
  await agent.close();
  await removeNamespace(namespace);
  await kube.close();
});

/** What is answered under a path, each status once as long as it lasts, until a while after the first 200. */
async function statusesOf(path: string): Promise<number[]> {
  const seen: number[] = [];
  let since = 0;
  const begin = performance.now();
  while (performance.now() - begin < 20_000) {
    const { status } = await ask(agent, `http://${address}${path}`);
    if (seen.at(-1) !== status) seen.push(status);
    if (status === 200 && since === 0) since = performance.now();
    if (since !== 0 && performance.now() - since > AFTER) break;
    await sleep(5);
  }
  return seen;
}

test(`${ONE_BY_ONE} routes, one after another, answer 404, then 200, and nothing else`, {
  timeout: 600_000,
}, async () => {
  const delays: number[] = [];
  for (let index = 0; index < ONE_BY_ONE; index++) {
    const path = `/one-by-one/${index}`;
    expect((await ask(agent, `http://${address}${path}`)).status).toBe(404);
    const watched = statusesOf(path);
    await create(httpRoute(namespace, `one-by-one-${index}`, path));
    const created = performance.now();
    const seen = await watched;
    delays.push(performance.now() - created - AFTER);
    expect([path, seen]).toEqual([path, [404, 200]]);
  }
  delays.sort((a, b) => a - b);
  const mean = delays.reduce((sum, one) => sum + one, 0) / delays.length;
  console.log(
    `from the API server's answer to the first 200 over ${ONE_BY_ONE} routes, about: ` +
      `mean ${mean.toFixed(1)} ms, p50 ${delays[Math.floor(delays.length / 2)]!.toFixed(1)}, max ${delays.at(-1)!.toFixed(1)}`,
  );
});

/** How often the Gateway's status was written, and the last number of attached routes. */
async function watchGateway(signal: AbortSignal, seen: { writes: number; attached: number }): Promise<void> {
  const path = pathOf('Gateway', namespace, '').replace(/\/$/, '');
  const query = { watch: true, fieldSelector: 'metadata.name=web' };
  try {
    for await (const line of kube.lines(path, query, signal)) {
      const { type, object } = JSON.parse(line);
      if (type === 'MODIFIED') seen.writes += 1;
      seen.attached = object.status?.listeners?.[0]?.attachedRoutes ?? 0;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function inParallel(count: number, one: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await one(index);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

test(`${AT_ONCE} routes at once are counted exactly, with few writes`, { timeout: 300_000 }, async () => {
  const before = await until<number>('the count stands', async () => {
    const first = (await get('Gateway', namespace, 'web')).status.listeners[0].attachedRoutes;
    await sleep(1_000);
    return first === (await get('Gateway', namespace, 'web')).status.listeners[0].attachedRoutes ? first : null;
  });
  const seen = { writes: 0, attached: before };
  const stop = new AbortController();
  const watching = watchGateway(stop.signal, seen);
  await inParallel(AT_ONCE, (index) => create(httpRoute(namespace, `at-once-${index}`, `/at-once/${index}`)));
  const made = performance.now();
  await until('every route is counted', async () => seen.attached === before + AT_ONCE);
  console.log(
    `${AT_ONCE} routes were counted ${Math.round(performance.now() - made)} ms after the last, in ${seen.writes} writes`,
  );
  // Nothing is written after that, in either direction.
  await sleep(1_000);
  expect(seen.attached).toBe(before + AT_ONCE);
  expect((await ask(agent, `http://${address}/at-once/${AT_ONCE - 1}`)).status).toBe(200);

  await inParallel(AT_ONCE, (index) => remove('HTTPRoute', namespace, `at-once-${index}`));
  await until('no route is counted that is gone', async () => seen.attached === before);
  await sleep(1_000);
  expect(seen.attached).toBe(before);
  expect(seen.writes).toBeLessThanOrEqual(100);
  expect((await ask(agent, `http://${address}/at-once/${AT_ONCE - 1}`)).status).toBe(404);
  stop.abort();
  await watching;
});
