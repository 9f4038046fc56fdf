import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CONTROLLER_NAME,
  condition,
  create,
  get,
  kube,
  list,
  patch,
  remove,
  removeNamespace,
  until,
} from './cluster.ts';
import { gateway, HTTP, httpRoute, programmed, proxies, routeProgrammed, startShop } from './shop.ts';

let namespace: string;
let address: string;

beforeAll(async () => {
  ({ namespace, address } = await startShop('gateway'));
});

afterAll(async () => {
  await removeNamespace(namespace);
  await kube.close();
});

const status = async (path: string) => {
  const answer = await fetch(`http://${address}${path}`);
  await answer.arrayBuffer();
  return answer.status;
};

test('a Gateway has the address of its load balancer, and answers there', async () => {
  expect(await status('/hello')).toBe(200);
  const told = await until('the route is counted', async () => {
    const { status } = await get('Gateway', namespace, 'web');
    return status.listeners[0].attachedRoutes === 1 ? status : null;
  });
  expect([condition(told, 'Accepted'), condition(told, 'Programmed')]).toEqual(['True', 'True']);
  expect(told.listeners).toMatchObject([{ name: 'http' }]);
});

test('the proxies run without privileges, and with no token but the one for their tables', async () => {
  const [pod] = await list('Pod', namespace, 'app.kubernetes.io/name=headgate-proxy');
  expect(pod!.spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  expect(pod!.spec.containers[0].securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  const sources = pod!.spec.volumes.flatMap(
    (volume: { projected?: { sources: object[] } }) => volume.projected?.sources ?? [],
  );
  const tokens = sources.filter((source: object) => 'serviceAccountToken' in source);
  expect(tokens).toMatchObject([{ serviceAccountToken: { audience: 'snapshot.headgate.dev' } }]);
});

test('what is changed or deleted of a Gateway comes back', async () => {
  await until(
    'the replicas are back',
    async () => (await get('Deployment', namespace, 'headgate-web')).spec.replicas === 1,
  );
  await remove('ConfigMap', namespace, 'headgate-web');
  await until('the ConfigMap is back', () => get('ConfigMap', namespace, 'headgate-web'));
  await patch('Service', namespace, 'headgate-web', { spec: { selector: { 'app.kubernetes.io/name': 'nobody' } } });
  await until('the selector is back', async () => {
    const { spec } = await get('Service', namespace, 'headgate-web');
    return spec.selector['app.kubernetes.io/name'] === 'headgate-proxy';
  });
  await programmed(namespace, 'web');
  await until('it answers', async () => (await status('/')) === 200);
});

test('a ServiceAccount that is deleted comes back, with proxies that have its tokens', async () => {
  const [before] = await proxies(namespace);
  await remove('ServiceAccount', namespace, 'headgate-web');
  await until('the proxies are others', async () => {
    const now = await proxies(namespace);
    return now.length === 1 && now[0]!.metadata.name !== before!.metadata.name;
  });
  await create(httpRoute(namespace, 'after', '/after'));
  await routeProgrammed(namespace, 'after');
  expect(await status('/after')).toBe(200);
});

test('what other controllers and users wrote into statuses stays', async () => {
  const foreign = {
    type: 'example.com/Checked',
    status: 'True',
    reason: 'Checked',
    message: '',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  };
  const { status: before } = await get('Gateway', namespace, 'web');
  await patch('Gateway', namespace, 'web', { status: { conditions: [foreign, ...before.conditions] } }, '/status');
  const { status: route } = await get('HTTPRoute', namespace, 'all');
  const parent = {
    controllerName: 'example.com/other',
    parentRef: { name: 'elsewhere' },
    conditions: [{ ...foreign, type: 'Accepted' }],
  };
  await patch('HTTPRoute', namespace, 'all', { status: { parents: [parent, ...route.parents] } }, '/status');
  // Both statuses are written again.
  const listeners = [HTTP, { name: 'other', port: 8080, protocol: 'HTTP' }];
  await patch('Gateway', namespace, 'web', { spec: { listeners } });
  await patch('HTTPRoute', namespace, 'all', { spec: { hostnames: ['*.example.com'] } });
  await programmed(namespace, 'web');
  const written = await until('the route is observed', async () => {
    const object = await get('HTTPRoute', namespace, 'all');
    const ours = object.status.parents.find(
      (one: { controllerName: string }) => one.controllerName === CONTROLLER_NAME,
    );
    return ours?.conditions[0].observedGeneration === object.metadata.generation ? object : null;
  });
  expect(written.status.parents[0]).toMatchObject(parent);
  expect((await get('Gateway', namespace, 'web')).status.conditions[0]).toMatchObject(foreign);
  await patch('HTTPRoute', namespace, 'all', { spec: { hostnames: null } });
});

test('what was made for a Gateway goes with it', async () => {
  await create(gateway(namespace, 'short'));
  await programmed(namespace, 'short');
  await remove('Gateway', namespace, 'short');
  for (const kind of ['Deployment', 'Service', 'ServiceAccount', 'ConfigMap']) {
    await until(`${kind} is gone`, async () => {
      const found = await list(kind, namespace, 'gateway.networking.k8s.io/gateway-name=short');
      return found.length === 0;
    });
  }
});
