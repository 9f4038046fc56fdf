/** An HTTPMatchPolicy in a cluster: what it narrows, and what it closes when it is wrong. */
import { Agent } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create, get, kube, patch, remove, removeNamespace, until } from './cluster.ts';
import { ask } from './load.ts';
import { type Shop, startShop } from './shop.ts';

const NAME = 'narrow';

let shop: Shop;
const agent = new Agent();

beforeAll(async () => {
  shop = await startShop('match');
});

afterAll(async () => {
  await agent.close();
  await removeNamespace(shop.namespace);
  await kube.close();
});

type Condition = { readonly type: string; readonly status: string; readonly reason: string };

/** Resolves when the policy as it is now has these conditions. */
function judged(accepted: string, programmed: string) {
  return until(`the policy is Accepted=${accepted}, Programmed=${programmed}`, async () => {
    const { metadata, status } = await get('HTTPMatchPolicy', shop.namespace, NAME);
    const conditions: (Condition & { observedGeneration: number })[] = status?.ancestors?.[0]?.conditions ?? [];
    const isNow = conditions.every(({ observedGeneration }) => observedGeneration === metadata.generation);
    const of = (type: string) => conditions.find((one) => one.type === type)?.status;
    return isNow && of('Accepted') === accepted && of('Programmed') === programmed ? conditions : null;
  });
}

const statusOf = async (path: string, headers: Readonly<Record<string, string>> = {}) =>
  (await ask(agent, `http://${shop.address}${path}`, headers)).status;

test('it narrows a route once every proxy has it, closes it when it is wrong, and leaves it when it goes', async () => {
  const { namespace } = shop;
  await create({
    apiVersion: 'headgate.dev/v1alpha1',
    kind: 'HTTPMatchPolicy',
    metadata: { namespace, name: NAME },
    spec: {
      targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: 'all' }],
      path: { template: '/users/{id:[0-9]+}' },
      cookies: [{ name: 'beta', type: 'Present' }],
    },
  });
  await judged('True', 'True');
  expect(await statusOf('/users/7', { cookie: 'beta=1' })).toBe(200);
  expect(await statusOf('/users/7')).toBe(404);
  expect(await statusOf('/users/x', { cookie: 'beta=1' })).toBe(404);

  await patch('HTTPMatchPolicy', namespace, NAME, { spec: { expression: 'request.path ==' } });
  await judged('False', 'False');
  await until('the route answers 500', async () => (await statusOf('/anything')) === 500);
  // The route is another object than the policy, and its status is written after it.
  const conditions = await until('the route says so', async () => {
    const { status } = await get('HTTPRoute', namespace, 'all');
    const now: Condition[] = status.parents[0].conditions;
    return now.find(({ type }) => type === 'PartiallyInvalid')?.status === 'True' ? now : null;
  });
  expect(conditions.find(({ type }) => type === 'Accepted')).toMatchObject({ status: 'True' });

  await patch('HTTPMatchPolicy', namespace, NAME, { spec: { expression: 'request.method == "GET"' } });
  await judged('True', 'True');
  expect(await statusOf('/users/7', { cookie: 'beta=1' })).toBe(200);

  await remove('HTTPMatchPolicy', namespace, NAME);
  await until('the route is for everything again', async () => (await statusOf('/anything')) === 200);
});
