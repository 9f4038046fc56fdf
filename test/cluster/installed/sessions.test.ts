/** Sessions of a BackendTrafficPolicy, through several proxies that share nothing but their table. */
import { Agent } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, get, kube, makeNamespace, remove, removeNamespace, until } from './cluster.ts';
import { type Answered, ask } from './load.ts';
import { httpRoute, proxies, readyProxies, routeProgrammed, startBackend, startScaledGateway } from './shop.ts';

const CLIENTS = 12;

let namespace: string;
const agent = new Agent();

beforeAll(async () => {
  namespace = await makeNamespace('sessions');
  await Promise.all([startScaledGateway(namespace, 2), startBackend(namespace, 'echo', 3)]);
  await create(httpRoute(namespace, 'all', '/'));
  await create({
    apiVersion: 'headgate.dev/v1alpha1',
    kind: 'BackendTrafficPolicy',
    metadata: { namespace, name: 'echo' },
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name: 'echo', sectionName: 'http' }],
      sessionPersistence: { cookie: { name: 'session' }, idleTimeout: '10m' },
    },
  });
  await routeProgrammed(namespace, 'all');
  await until('every proxy has the policy', async () => {
    const { metadata, status } = await get('BackendTrafficPolicy', namespace, 'echo');
    const conditions = status?.ancestors?.[0]?.conditions ?? [];
    type Condition = { type: string; status: string; observedGeneration: number };
    const holds = ({ status: value, observedGeneration }: Condition) =>
      value === 'True' && observedGeneration === metadata.generation;
    return conditions.length === 2 && conditions.every(holds);
  });
});

afterAll(async () => {
  await agent.close();
  await removeNamespace(namespace);
  await kube.close();
});

const cookieOf = ({ headers }: Answered): string => String(headers['set-cookie'] ?? '').split(';')[0]!;

test('a session that began at one proxy goes on at another, and at one that has just started', async () => {
  const [one, other] = (await readyProxies(namespace)) as [string, string];
  const begun = await Promise.all(Array.from({ length: CLIENTS }, () => ask(agent, `http://${one}/`)));
  expect(new Set(begun.map(({ pod }) => pod)).size).toBe(3);
  const same = async (proxy: string): Promise<void> => {
    for (const first of begun) {
      const again = await ask(agent, `http://${proxy}/`, { cookie: cookieOf(first) });
      expect(again).toMatchObject({ status: 200, pod: first.pod });
    }
  };
  await same(other);
  const before = await proxies(namespace);
  await remove('Pod', namespace, before[0]!.metadata.name);
  const names = new Set(before.map(({ metadata }) => metadata.name));
  await until('a new proxy is ready', async () => {
    const now = await proxies(namespace);
    return now.some(({ metadata }) => !names.has(metadata.name)) && (await readyProxies(namespace)).length === 2;
  });
  for (const proxy of await readyProxies(namespace)) await same(proxy);
});

test('a session whose pod is gone goes on with another pod', async () => {
  const [proxy] = (await readyProxies(namespace)) as [string];
  const first = await ask(agent, `http://${proxy}/`);
  await remove('Pod', namespace, first.pod);
  await until('the session has another pod', async () => {
    const again = await ask(agent, `http://${proxy}/`, { cookie: cookieOf(first) });
    expect(again.status).toBe(200);
    return again.pod !== first.pod;
  });
});
