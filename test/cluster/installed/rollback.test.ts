import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CONTROLLER,
  condition,
  create,
  get,
  kube,
  kubectl,
  list,
  makeNamespace,
  patch,
  RELEASE,
  remove,
  removeNamespace,
  rolledOut,
  SYSTEM,
  until,
} from './cluster.ts';
import { headgate, headgateJson } from './command.ts';
import { Load } from './load.ts';
import { httpRoute, routeProgrammed, startBackend, startGateway } from './shop.ts';

let namespace: string;
let gateway: string;
let address: string;
/** The revision with the good route. */
let good: string;
let load: Load;

beforeAll(async () => {
  namespace = await makeNamespace('rollback');
  gateway = `${namespace}/web`;
  [address] = await Promise.all([startGateway(namespace), startBackend(namespace)]);
  await create(httpRoute(namespace, 'all', '/'));
  await routeProgrammed(namespace, 'all');
  good = (await headgateJson('history', gateway)).published;
});

afterAll(async () => {
  await headgate('resume', gateway);
  await removeNamespace(namespace);
  await kube.close();
});

const status = async (path: string) => {
  const answer = await fetch(`http://${address}${path}`, { headers: { connection: 'close' } });
  await answer.arrayBuffer();
  return answer.status;
};
const told = async (kind: 'Gateway' | 'HTTPRoute', name: string, type: string) => {
  const { status } = await get(kind, namespace, name);
  const conditions = kind === 'Gateway' ? status.conditions : status.parents[0].conditions;
  return conditions.find((one: { type: string }) => one.type === type);
};
const routed = (service: string) => ({
  spec: { rules: [{ backendRefs: [{ name: service, port: 80 }] }] },
});

test('a rollback undoes a bad change, and the statuses say so', async () => {
  await patch('HTTPRoute', namespace, 'all', routed('nobody'));
  await until('the bad change is served', async () => (await status('/')) === 500);
  const { out, err, code } = await headgate('rollback', gateway, good.slice(0, 12));
  expect(err).toBe('');
  expect(out).toMatch(/^Gateway .* is pinned to revision [0-9a-f]{12}\n1 of 1 ready proxies serve it\n$/);
  expect(code).toBe(0);
  expect(await status('/')).toBe(200);
  load = new Load(`http://${address}/`, 50);
  await until('the Gateway says that it is pinned', async () => {
    const pinned = await told('Gateway', 'web', 'headgate.dev/Pinned');
    return pinned?.status === 'True' && pinned.reason === 'RolledBack';
  });
  const programmed = await until('the route says that it is not served as it is', async () => {
    const one = await told('HTTPRoute', 'all', 'headgate.dev/Programmed');
    return one.status === 'False' ? one : null;
  });
  expect(programmed.reason).toBe('Pinned');
  expect(condition((await get('Gateway', namespace, 'web')).status, 'Programmed')).toBe('True');
});

test('routes that come while it is pinned are not served, and endpoints that come are', async () => {
  await create(httpRoute(namespace, 'late', '/late', 'nobody'));
  await until('the late route is looked at', async () => {
    const one = await told('HTTPRoute', 'late', 'headgate.dev/Programmed');
    return one?.status === 'False' && one.reason === 'Pinned';
  });
  expect(await status('/late')).toBe(200);
  // No route leads to this Service any more: its endpoints must follow nevertheless.
  kubectl('rollout', 'restart', '-n', namespace, 'deploy/echo');
  await rolledOut(namespace, 'echo');
  expect(await status('/')).toBe(200);
});

test('the pin outlives every controller, and is the same on each replica', async () => {
  const revision = async () => (await headgateJson('status', '-n', namespace)).gateways[0].revision;
  const before = await revision();
  const pods = await list('Pod', SYSTEM, 'app.kubernetes.io/name=headgate-controller');
  for (const { metadata } of pods) await remove('Pod', SYSTEM, metadata.name, true);
  await until('the old controllers are gone', async () => {
    const now = await list('Pod', SYSTEM, 'app.kubernetes.io/name=headgate-controller');
    return pods.every(({ metadata }) => !now.some((one) => one.metadata.name === metadata.name));
  });
  // They are ready before all proxies have come back to them.
  await until('new controllers give the same table', async () => (await revision().catch(() => null)) === before);
  await rolledOut(SYSTEM, CONTROLLER);
  expect(await status('/')).toBe(200);
  const history = await headgateJson('history', gateway);
  expect(history.pinned.revision).toBe(good);
  expect(history.revisions.every((one: { revision: string }) => one.revision !== history.configured)).toBe(true);
  const secret = await get('Secret', SYSTEM, `${RELEASE}-pins`);
  expect(Object.keys(secret.data)).toContain((await get('Gateway', namespace, 'web')).metadata.uid);
});

test('diff says what resuming would change, and resume does it without a failed request', async () => {
  // The controllers are new and remember nothing of it but the pin.
  const { out, err } = await headgate('diff', gateway, good);
  expect(err).toBe('');
  expect(out).toMatch(/backends\[0\]\.backend: "service\/.*\/echo\/80" -> null/);
  await patch('HTTPRoute', namespace, 'all', routed('echo'));
  await remove('HTTPRoute', namespace, 'late');
  const resumed = await headgate('resume', gateway);
  expect([resumed.code, resumed.err]).toEqual([0, '']);
  await routeProgrammed(namespace, 'all');
  await until('the condition is gone', async () => (await told('Gateway', 'web', 'headgate.dev/Pinned')) === undefined);
  const { count, failures } = await load.stop();
  expect(count).toBeGreaterThan(0);
  expect(failures).toEqual([]);
});

test('a pin goes with its Gateway', async () => {
  const { published } = await headgateJson('history', gateway);
  expect((await headgate('rollback', gateway, published)).code).toBe(0);
  await remove('Gateway', namespace, 'web');
  await until('the pin is gone', async () => {
    const { data = {} } = await get('Secret', SYSTEM, `${RELEASE}-pins`);
    return Object.keys(data).length === 0;
  });
});
