import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CONTROLLER,
  create,
  get,
  type KubeObject,
  kube,
  kubectl,
  list,
  patch,
  RELEASE,
  remove,
  removeNamespace,
  rolledOut,
  SYSTEM,
  until,
} from './cluster.ts';
import { Load } from './load.ts';
import { HTTP, httpRoute, programmed, routeProgrammed, startShop } from './shop.ts';

/** A Lease's duration, and time to notice and to write on a busy machine. */
const LEASE = 15_000;
const MARGIN = 15_000;

let namespace: string;
let address: string;

beforeAll(async () => {
  ({ namespace, address } = await startShop('controller'));
});

afterAll(async () => {
  await scale(2);
  await removeNamespace(namespace);
  await kube.close();
});

async function scale(replicas: number): Promise<void> {
  await patch('Deployment', SYSTEM, CONTROLLER, { spec: { replicas } });
  await rolledOut(SYSTEM, CONTROLLER);
}

async function status(path: string): Promise<number> {
  const answer = await fetch(`http://${address}${path}`, { headers: { connection: 'close' } });
  await answer.arrayBuffer();
  return answer.status;
}

test('the class says that the CRDs are of the release that Headgate is made for', async () => {
  const path = `/apis/gateway.networking.k8s.io/v1/gatewayclasses/${RELEASE}`;
  const { status } = await kube.request<KubeObject>('GET', path);
  for (const type of ['Accepted', 'SupportedVersion']) {
    expect(status.conditions).toContainEqual(expect.objectContaining({ type, status: 'True', reason: type }));
  }
});

test('when the leader of three is killed, another writes within the lease time, and proxies serve on', async () => {
  await scale(3);
  const holder = async () => (await get('Lease', SYSTEM, RELEASE)).spec.holderIdentity as string;
  const old = await holder();
  const pods = await list('Pod', SYSTEM, `app.kubernetes.io/name=${CONTROLLER}`);
  const leader = pods.find(({ metadata }) => old.startsWith(`${metadata.name}-`))!.metadata.name;
  const load = new Load(`http://${address}/`, 100);
  const killed = performance.now();
  await remove('Pod', SYSTEM, leader, true);
  await create(httpRoute(namespace, 'after', '/after'));
  const listeners = [HTTP, { name: 'more', port: 80, protocol: 'HTTP', hostname: 'more.example' }];
  await patch('Gateway', namespace, 'web', { spec: { listeners } });
  await until(
    'another replica writes',
    async () => {
      const { status: told, metadata } = await get('Gateway', namespace, 'web');
      return told.conditions.every(
        (one: { observedGeneration: number }) => one.observedGeneration === metadata.generation,
      );
    },
    LEASE + MARGIN,
  );
  console.log(
    `another replica wrote ${Math.round((performance.now() - killed) / 100) / 10} s after the leader was killed`,
  );
  expect(await holder()).not.toBe(old);
  await programmed(namespace, 'web');
  await routeProgrammed(namespace, 'after');
  const { count, failures } = await load.stop();
  expect(count).toBeGreaterThan(0);
  expect(failures).toEqual([]);
  await rolledOut(SYSTEM, CONTROLLER);
});

test('with no controller at all proxies serve on, and one that restarts serves its saved table', async () => {
  await scale(0);
  await until('no controller is left', async () => (await list('Pod', SYSTEM, '')).length === 0);
  expect(await status('/')).toBe(200);
  const [pod] = await list('Pod', namespace, 'app.kubernetes.io/name=headgate-proxy');
  const { name } = pod!.metadata;
  const restarts = async () => (await get('Pod', namespace, name)).status.containerStatuses[0].restartCount as number;
  const before = await restarts();
  // The first process of the container: it ends, and the kubelet starts the container again in the same pod.
  kubectl('exec', '-n', namespace, name, '--', 'node', '-e', 'process.kill(1, "SIGTERM")');
  await until('the container is started again', async () => (await restarts()) > before, 120_000);
  await until('it serves what it served', async () => (await status('/')) === 200);
  expect(await status('/after')).toBe(200);
  await scale(2);
  await create(httpRoute(namespace, 'again', '/again'));
  await routeProgrammed(namespace, 'again');
});
