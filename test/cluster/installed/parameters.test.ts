/** GatewayParameters, as they reach the proxies of a Gateway. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  condition,
  create,
  get,
  type KubeObject,
  kube,
  kubectl,
  list,
  makeNamespace,
  patch,
  remove,
  removeNamespace,
  rolledOut,
  until,
} from './cluster.ts';
import { Load } from './load.ts';
import { gateway, HTTP, httpRoute, programmed, routeProgrammed, startBackend } from './shop.ts';

const PROXIES = 'app.kubernetes.io/name=headgate-proxy';
const REF = { group: 'headgate.dev', kind: 'GatewayParameters', name: 'edge' };

let namespace: string;

beforeAll(async () => {
  namespace = await makeNamespace('parameters');
  await startBackend(namespace);
});

afterAll(async () => {
  await removeNamespace(namespace);
  await kube.close();
});

const parameters = (spec: object): KubeObject => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'GatewayParameters',
  metadata: { namespace, name: 'edge' },
  spec,
});

function withParameters(name: string, parametersRef: object = REF): KubeObject {
  const object = gateway(namespace, name, [HTTP]);
  return { ...object, spec: { ...object.spec, infrastructure: { parametersRef } } };
}

const acceptedReason = (name: string, reason: string) =>
  until(`Gateway ${name} is accepted with the reason ${reason}`, async () => {
    const { status } = await get('Gateway', namespace, name);
    const one = status?.conditions?.find(({ type }: { type: string }) => type === 'Accepted');
    return one?.reason === reason ? one : null;
  });

const inEffect = () =>
  until('the parameters are in effect', async () => {
    const { metadata, status } = await get('GatewayParameters', namespace, 'edge');
    const [ancestor] = status?.ancestors ?? [];
    const one = ancestor?.conditions.find(({ type }: { type: string }) => type === 'Programmed');
    return one?.status === 'True' && one.observedGeneration === metadata.generation ? ancestor : null;
  });

test('a Gateway whose parameters are missing gets no proxies until somebody makes them', async () => {
  await create(withParameters('web'));
  const one = await acceptedReason('web', 'InvalidParameters');
  expect(one).toMatchObject({ status: 'False', message: expect.stringContaining(`${namespace}/edge`) });
  expect(await list('Deployment', namespace, PROXIES)).toEqual([]);

  await create(
    parameters({
      proxy: {
        replicas: 2,
        logLevel: 'Debug',
        resources: { requests: { cpu: '50m' } },
        disruptionBudget: { maxUnavailable: 1 },
        pod: { labels: { team: 'edge' }, annotations: { note: 'pod' }, tolerations: [{ operator: 'Exists' }] },
      },
      service: { annotations: { pool: 'edge' }, externalTrafficPolicy: 'Local' },
      accessLog: { mode: 'Enabled' },
      http: { maxRequestBytes: '1Ki' },
    }),
  );
  await programmed(namespace, 'web');
  await inEffect();
  const deployment = await rolledOut(namespace, 'headgate-web');
  expect(deployment.spec.replicas).toBe(2);
  const { metadata, spec } = deployment.spec.template;
  expect(metadata).toMatchObject({ labels: { team: 'edge' }, annotations: { note: 'pod' } });
  expect(spec.containers[0].args).toEqual(
    expect.arrayContaining(['--log-level=debug', '--max-body=1024', '--access-log=-']),
  );
  expect(spec.containers[0].resources.requests).toEqual({ cpu: '50m', memory: '192Mi' });
  const service = await get('Service', namespace, 'headgate-web');
  expect(service.spec.externalTrafficPolicy).toBe('Local');
  expect(service.metadata).toMatchObject({ annotations: { pool: 'edge' } });
  expect((await get('PodDisruptionBudget', namespace, 'headgate-web')).spec.maxUnavailable).toBe(1);
});

test('kubectl get shows who uses them, how many proxies are ready, and the revision that these serve', async () => {
  await until('both proxies are told', async () => (await inEffect()).readyProxies === 2);
  const [header, row] = kubectl('get', 'gatewayparameters', '-n', namespace).trim().split('\n');
  expect(header!.split(/\s{2,}/)).toEqual([
    'NAME',
    'FOR',
    'ACCEPTED',
    'PROGRAMMED',
    'READY',
    'PROXIES',
    'REVISION',
    'AGE',
  ]);
  expect(row).toMatch(/^edge +web +True +True +2 +2 +[0-9a-f]{12} +/);
});

test('a bound of the parameters holds in the traffic', async () => {
  await create(httpRoute(namespace, 'all', '/'));
  await routeProgrammed(namespace, 'all');
  const address = (await get('Gateway', namespace, 'web')).status.addresses[0].value;
  const post = async (bytes: number) =>
    (await fetch(`http://${address}/`, { method: 'POST', body: 'x'.repeat(bytes) })).status;
  expect(await until('the address answers', () => post(1_024), 10_000)).toBe(200);
  expect(await post(1_025)).toBe(413);
});

test('changed parameters replace the proxies without losing a request', async () => {
  const address = (await get('Gateway', namespace, 'web')).status.addresses[0].value;
  await patch('GatewayParameters', namespace, 'edge', { spec: { service: { externalTrafficPolicy: 'Cluster' } } });
  const before = new Set((await list('Pod', namespace, PROXIES)).map(({ metadata }) => metadata.name));
  const load = new Load(`http://${address}/`, 100);
  await patch('GatewayParameters', namespace, 'edge', {
    spec: { http: { maxRequestBytes: null }, proxy: { workers: 2 } },
  });
  await inEffect();
  await until('the old pods are gone', async () => {
    const pods = await list('Pod', namespace, PROXIES);
    return pods.length === 2 && pods.every(({ metadata }) => !before.has(metadata.name));
  });
  const { count, failures } = await load.stop();
  console.log(`${count} requests while two proxies were replaced, ${failures.length} failed`);
  expect(count).toBeGreaterThan(100);
  expect(failures).toEqual([]);
  const { spec } = (await get('Deployment', namespace, 'headgate-web')).spec.template;
  expect(spec.containers[0].args).toContain('--workers=2');
  expect(spec.containers[0].args.join(' ')).not.toContain('--max-body');
});

test('what is no longer asked for goes, and what somebody changed comes back', async () => {
  await patch('GatewayParameters', namespace, 'edge', {
    spec: { service: { annotations: null }, proxy: { disruptionBudget: null } },
  });
  await until('the annotation is gone', async () => {
    const { metadata } = await get('Service', namespace, 'headgate-web');
    return !JSON.stringify(metadata).includes('"pool"');
  });
  await until('the budget is gone', async () => (await list('PodDisruptionBudget', namespace)).length === 0);
  await patch('Deployment', namespace, 'headgate-web', { spec: { replicas: 1 } });
  await until(
    'two replicas again',
    async () => (await get('Deployment', namespace, 'headgate-web')).spec.replicas === 2,
  );
});

test('parameters that go away leave the proxies as they are', async () => {
  const { spec } = await get('Deployment', namespace, 'headgate-web');
  await remove('GatewayParameters', namespace, 'edge');
  await acceptedReason('web', 'InvalidParameters');
  const address = (await get('Gateway', namespace, 'web')).status.addresses[0].value;
  expect((await fetch(`http://${address}/`)).status).toBe(200);
  // A change of the Gateway makes the controller look at its objects once more.
  await patch('Gateway', namespace, 'web', { metadata: { annotations: { touched: 'yes' } } });
  await acceptedReason('web', 'InvalidParameters');
  expect((await get('Deployment', namespace, 'headgate-web')).spec).toEqual(spec);
});

test('an autoscaler has the replicas, within its bounds', async () => {
  await create(
    parameters({ proxy: { autoscaling: { minReplicas: 1, maxReplicas: 3 } }, service: { type: 'ClusterIP' } }),
  );
  await create(withParameters('scaled'));
  await programmed(namespace, 'scaled');
  const { spec } = await get('HorizontalPodAutoscaler', namespace, 'headgate-scaled');
  expect(spec).toMatchObject({ minReplicas: 1, maxReplicas: 3, scaleTargetRef: { name: 'headgate-scaled' } });
  await patch('Deployment', namespace, 'headgate-scaled', { spec: { replicas: 2 } });
  await rolledOut(namespace, 'headgate-scaled');
  expect((await get('Deployment', namespace, 'headgate-scaled')).spec.replicas).toBe(2);
  expect((await get('Service', namespace, 'headgate-scaled')).spec.type).toBe('ClusterIP');
  const { status } = await get('Gateway', namespace, 'scaled');
  expect(condition(status, 'Accepted')).toBe('True');
});
