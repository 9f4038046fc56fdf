import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { row } from '../../requirements/row.ts';
import { atOnce } from './at-once.ts';
import { create, get, kube, makeNamespace, patch, remove, removeNamespace, until } from './cluster.ts';
import { ask } from './load.ts';
import { httpRoute, startBackend, startGateway } from './shop.ts';
import { Watch } from './watch.ts';

/** Routes that are made one after another, and at once. */
const ROUTES = Number(process.env.ROUTES ?? 1_000);
const MOST_WRITES = 100;
/** Milliseconds between two looks at a route. */
const POLL = 5;

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

/** The reason when there was no answer. */
async function statusOf(path: string): Promise<number | string> {
  const { status, pod } = await ask(agent, `http://${address}${path}`);
  return status === 0 ? `${new Date().toISOString()} ${pod}` : status;
}

/** What is answered under a path until the first 200, each status once as long as it lasts, and when that was. */
async function statusesOf(path: string): Promise<{ seen: (number | string)[]; at: number }> {
  const seen: (number | string)[] = [];
  const end = performance.now() + 120_000;
  while (performance.now() < end && seen.at(-1) !== 200) {
    const status = await statusOf(path);
    if (seen.at(-1) !== status) seen.push(status);
    if (status !== 200) await sleep(POLL);
  }
  return { seen, at: performance.now() };
}

/** Asks for paths that answered once, one after another and again and again. */
class Rounds {
  readonly paths: string[] = [];
  readonly failures: string[] = [];
  asked = 0;
  #running = true;
  readonly #loop = this.#run();

  async stop(): Promise<void> {
    this.#running = false;
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (this.#running) {
      const path = this.paths[this.asked % this.paths.length];
      if (path !== undefined) {
        const status = await statusOf(path);
        this.asked += 1;
        if (status !== 200) this.failures.push(`${path} ${status}`);
      }
      await sleep(POLL);
    }
  }
}

row(['ADM-01', 'ADM-02'], 'one request to the API server creates a route, and from then on it is served', async () => {
  const path = '/by-one-request';
  expect(await statusOf(path)).toBe(404);
  await create(httpRoute(namespace, 'by-one-request', path));
  const { seen } = await statusesOf(path);
  expect(seen.filter((status) => status !== 404)).toEqual([200]);
  // The proxies have it before the API server has its status.
  const { parents } = await until(
    'its status',
    async () => (await get('HTTPRoute', namespace, 'by-one-request')).status,
  );
  expect(parents[0].conditions).toContainEqual(expect.objectContaining({ type: 'Accepted', status: 'True' }));
  await remove('HTTPRoute', namespace, 'by-one-request');
  await until('the route is gone', async () => (await statusOf(path)) === 404);
});

test(`${ROUTES} routes, one after another, answer 404, then 200, and nothing else`, { timeout: 900_000 }, async () => {
  const delays: number[] = [];
  const rounds = new Rounds();
  for (let index = 0; index < ROUTES; index++) {
    const path = `/one-by-one/${index}`;
    expect(await statusOf(path)).toBe(404);
    const watched = statusesOf(path);
    await create(httpRoute(namespace, `one-by-one-${index}`, path));
    const created = performance.now();
    const { seen, at } = await watched;
    // Which of the two the first look found is a matter of speed: 404 was seen above.
    expect([path, seen.filter((status) => status !== 404)]).toEqual([path, [200]]);
    delays.push(at - created);
    rounds.paths.push(path);
  }
  // Each of them once more, after all is quiet.
  await until('every route was asked again', async () => rounds.asked >= ROUTES);
  await rounds.stop();
  expect(rounds.failures).toEqual([]);
  for (const path of rounds.paths) expect([path, await statusOf(path)]).toEqual([path, 200]);
  delays.sort((a, b) => a - b);
  const mean = delays.reduce((sum, one) => sum + one, 0) / delays.length;
  console.log(
    `from the API server's answer to the first 200 over ${ROUTES} routes, about: ` +
      `mean ${mean.toFixed(1)} ms, p50 ${delays[Math.floor(delays.length / 2)]!.toFixed(1)}, max ${delays.at(-1)!.toFixed(1)}`,
  );
});

const FOREIGN = {
  type: 'example.com/Checked',
  status: 'True',
  reason: 'Checked',
  message: '',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};

/** What another controller says of a route that it serves as well. */
const OTHER_PARENT = {
  controllerName: 'example.com/other',
  parentRef: { name: 'elsewhere' },
  conditions: [{ ...FOREIGN, type: 'Accepted' }],
};

test(`${ROUTES} routes at once are counted exactly, with at most ${MOST_WRITES} writes`, {
  timeout: 600_000,
}, async () => {
  // biome-ignore lint/suspicious/noExplicitAny: a status as it is.
  const statusOfGateway = async (): Promise<any> => (await get('Gateway', namespace, 'web')).status;
  const before = await until<number>('the count stands', async () => {
    const first = (await statusOfGateway()).listeners[0].attachedRoutes;
    await sleep(1_000);
    return first === (await statusOfGateway()).listeners[0].attachedRoutes ? first : null;
  });
  const { conditions } = await statusOfGateway();
  await patch('Gateway', namespace, 'web', { status: { conditions: [...conditions, FOREIGN] } }, '/status');
  const shared = httpRoute(namespace, 'shared', '/shared');
  await create({ ...shared, spec: { ...shared.spec, parentRefs: [{ name: 'web' }, { name: 'elsewhere' }] } });
  await until('the shared route is accepted', async () => {
    const { status } = await get('HTTPRoute', namespace, 'shared');
    if ((status?.parents ?? []).length === 0) return false;
    await patch(
      'HTTPRoute',
      namespace,
      'shared',
      { status: { parents: [...status.parents, OTHER_PARENT] } },
      '/status',
    );
    return true;
  });
  await until('the shared route is counted', async () => {
    return (await statusOfGateway()).listeners[0].attachedRoutes === before + 1;
  });

  const seen = { writes: 0, attached: before + 1, lost: 0 };
  const watch = new Watch('Gateway', namespace, 'web', ({ type, object }) => {
    if (type === 'MODIFIED') seen.writes += 1;
    seen.attached = object.status.listeners[0].attachedRoutes;
    const one = object.status.conditions.find((condition: { type: string }) => condition.type === FOREIGN.type);
    if (one?.lastTransitionTime !== FOREIGN.lastTransitionTime) seen.lost += 1;
  });
  const all = before + 1 + ROUTES;
  await atOnce(ROUTES, (index) => create(httpRoute(namespace, `at-once-${index}`, `/at-once/${index}`)));
  const made = performance.now();
  await until('every route is counted', async () => (await statusOfGateway()).listeners[0].attachedRoutes === all);
  console.log(
    `${ROUTES} routes were counted ${Math.round(performance.now() - made)} ms after the last, in ${seen.writes} writes`,
  );
  // Nothing is written after that, in either direction.
  await sleep(1_000);
  expect(seen.attached).toBe(all);
  for (const index of [0, Math.floor(ROUTES / 2), ROUTES - 1]) expect(await statusOf(`/at-once/${index}`)).toBe(200);

  await atOnce(ROUTES, (index) => remove('HTTPRoute', namespace, `at-once-${index}`));
  await until('no route is counted that is gone', async () => {
    return (await statusOfGateway()).listeners[0].attachedRoutes === before + 1;
  });
  await sleep(1_000);
  expect(seen.attached).toBe(before + 1);
  await watch.stop();
  console.log(`${ROUTES} routes came and went in ${seen.writes} writes of the Gateway's status`);
  expect(seen.writes).toBeLessThanOrEqual(MOST_WRITES);
  expect(seen.lost).toBe(0);
  const { parents } = (await get('HTTPRoute', namespace, 'shared')).status;
  const other = parents.find((one: typeof OTHER_PARENT) => one.controllerName === OTHER_PARENT.controllerName);
  expect(other).toMatchObject(OTHER_PARENT);
  expect(await statusOf(`/at-once/${ROUTES - 1}`)).toBe(404);
});
