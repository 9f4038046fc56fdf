import { expect, test } from 'vitest';
import { gatewaySchema } from '../api/gateway/gateway.ts';
import { childName, gatewayLabel } from './name.ts';
import { type ProxyParameters, proxyParameters } from './parameters.ts';
import { STAMP, stamped } from './reconcile.ts';
import { type Rendered, render } from './render.ts';
import type { Installation } from './settings.ts';

const INSTALLATION: Installation = {
  image: 'headgate:test',
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [],
  snapshotAddress: 'https://headgate-controller.headgate-system.svc:9443',
  snapshotAudience: 'snapshot.headgate.dev',
  instance: 'headgate',
  caBundle: 'PEM',
};

function gateway(spec: object = {}, name = 'web') {
  return gatewaySchema.parse({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: 'shop', uid: 'uid-1' },
    spec: {
      gatewayClassName: 'headgate',
      listeners: [
        { name: 'http', port: 80, protocol: 'HTTP' },
        { name: 'http-other', port: 80, protocol: 'HTTP', hostname: 'other.example' },
        { name: 'admin', port: 8080, protocol: 'HTTP' },
      ],
      ...spec,
    },
  });
}

const rendered = (spec?: object, parameters?: Partial<ProxyParameters>, name?: string) =>
  render(gateway(spec, name), { ...proxyParameters({}), ...parameters }, INSTALLATION);
const kind = (objects: Rendered[], wanted: string) => objects.find(({ object }) => object.kind === wanted)?.object;
// biome-ignore lint/suspicious/noExplicitAny: what is looked into differs by kind.
const spec = (object: Rendered['object'] | undefined) => object?.spec as any;

test('everything stands in the namespace of its Gateway, owned by it', () => {
  const objects = rendered();
  expect(objects.map(({ object }) => object.kind)).toEqual(['ServiceAccount', 'ConfigMap', 'Deployment', 'Service']);
  for (const { collection, object } of objects) {
    expect(collection).toContain('/namespaces/shop/');
    expect(object.metadata).toMatchObject({ name: 'headgate-web', namespace: 'shop' });
    expect(object.metadata.ownerReferences).toMatchObject([{ kind: 'Gateway', name: 'web', uid: 'uid-1' }]);
    expect(object.metadata.labels['gateway.networking.k8s.io/gateway-name']).toBe('web');
  }
});

test('the pods run without root, capabilities, a writable root or any token but the one for tables', () => {
  const pod = spec(kind(rendered(), 'Deployment')).template.spec;
  expect(pod.automountServiceAccountToken).toBe(false);
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  expect(pod.containers[0].securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  const tokens = pod.volumes.flatMap(
    (volume: { projected?: { sources: object[] } }) => volume.projected?.sources ?? [],
  );
  expect(tokens[0].serviceAccountToken.audience).toBe('snapshot.headgate.dev');
});

test('listeners that share a port share a port of the Service', () => {
  expect(spec(kind(rendered(), 'Service')).ports).toEqual([
    { name: 'tcp-80', port: 80, protocol: 'TCP', targetPort: 80 },
    { name: 'tcp-8080', port: 8080, protocol: 'TCP', targetPort: 8080 },
  ]);
});

test('infrastructure labels and annotations reach every object and the pods, but do not replace those we select by', () => {
  const infrastructure = {
    labels: { team: 'shop', 'app.kubernetes.io/instance': 'stolen' },
    annotations: { note: 'x' },
  };
  const objects = rendered({ infrastructure });
  for (const { object } of objects) {
    expect(object.metadata.labels).toMatchObject({ team: 'shop', 'app.kubernetes.io/instance': 'headgate-web' });
    expect(object.metadata.annotations).toEqual({ note: 'x' });
  }
  const { selector, template } = spec(kind(objects, 'Deployment'));
  expect(template.metadata.labels).toMatchObject({ team: 'shop', ...selector.matchLabels });
});

test('a requested address is asked of the load balancer; an empty one is left to it', () => {
  const service = (addresses: object[]) => spec(kind(rendered({ addresses }), 'Service'));
  expect(service([{ type: 'IPAddress', value: '198.51.100.7' }]).loadBalancerIP).toBe('198.51.100.7');
  expect(service([{ type: 'IPAddress' }])).not.toHaveProperty('loadBalancerIP');
});

test('each address of the cluster that is asked for has a Service, and the only ones are not reached from outside', () => {
  const cluster = { type: 'IPAddress', routability: 'Cluster' };
  const services = (addresses: object[], serviceType: ProxyParameters['serviceType'] = 'LoadBalancer', own = '') =>
    render(gateway({ addresses }), { ...proxyParameters({}), serviceType }, INSTALLATION, [], {
      address: own,
      account: '',
    })
      .filter(({ object }) => object.kind === 'Service')
      .map(({ object }) => ({
        name: object.metadata.name,
        type: spec(object).type,
        clusterIP: spec(object).clusterIP,
      }));
  const own = { name: 'headgate-web', type: 'LoadBalancer' };
  // The Service of a load balancer has an address of the cluster, too; that of another one is what the class gives.
  expect(services([{}, cluster])).toEqual([own]);
  expect(services([{}, cluster], 'ClusterIP')).toMatchObject([{ ...own, type: 'ClusterIP' }, { type: 'ClusterIP' }]);
  expect(services([cluster])).toEqual([{ ...own, type: 'ClusterIP' }]);
  expect(services([{ type: 'IPAddress', routability: 'example.com/private' }])).toEqual([
    { ...own, type: 'ClusterIP' },
  ]);
  const [, first, second] = services([cluster, cluster, { ...cluster, value: '10.96.0.42' }]);
  expect([first!.clusterIP, second!.clusterIP]).toEqual(['10.96.0.42', undefined]);
  expect(new Set([first!.name, second!.name, own.name]).size).toBe(3);
  for (const { name } of [first!, second!]) expect(name).toMatch(/^headgate-web-[0-9a-f]{10}$/);
  // What the Gateway's own Service has already nobody else can have.
  expect(services([{ ...cluster, value: '10.96.0.42' }], 'LoadBalancer', '10.96.0.42')).toHaveLength(1);
  expect(services([{ type: 'IPAddress', value: '10.96.0.42', routability: 'Cluster' }, {}])).toHaveLength(2);
});

test('autoscaling gets its bounds, and a disruption budget is made when asked for', () => {
  const objects = rendered({}, { autoscaling: { min: 2, max: 5, cpuUtilization: 70 }, maxUnavailable: '25%' });
  expect(spec(kind(objects, 'HorizontalPodAutoscaler'))).toMatchObject({ minReplicas: 2, maxReplicas: 5 });
  expect(spec(kind(objects, 'PodDisruptionBudget'))).toMatchObject({ maxUnavailable: '25%' });
});

test('the parameters of pods and of the Service reach them, below what the Gateway itself says', () => {
  const infrastructure = { annotations: { note: 'gateway' } };
  const objects = rendered(
    { infrastructure },
    {
      arguments: ['--max-body=1'],
      serviceAnnotations: { note: 'parameters', pool: 'edge' },
      loadBalancerSourceRanges: ['10.0.0.0/8'],
      podLabels: { team: 'edge', 'app.kubernetes.io/name': 'stolen' },
      imagePullSecrets: ['registry'],
      topologySpreadConstraints: [{}],
      resources: { requests: { cpu: 2 }, limits: {} },
    },
  );
  const service = kind(objects, 'Service');
  expect(service?.metadata.annotations).toEqual({ note: 'gateway', pool: 'edge' });
  expect(spec(service).loadBalancerSourceRanges).toEqual(['10.0.0.0/8']);
  const { selector, template } = spec(kind(objects, 'Deployment'));
  expect(template.metadata.labels).toMatchObject({ team: 'edge', 'app.kubernetes.io/name': 'headgate-proxy' });
  expect(template.spec.imagePullSecrets).toEqual([{ name: 'registry' }]);
  expect(template.spec.topologySpreadConstraints).toEqual([{ labelSelector: selector }]);
  expect(template.spec.containers[0].args.at(-1)).toBe('--max-body=1');
  expect(template.spec.containers[0].resources.requests).toEqual({ cpu: '2' });
});

test('pods are replaced when their ServiceAccount is another one, whose tokens they do not have', () => {
  const template = (account: string) =>
    spec(kind(render(gateway(), proxyParameters({}), INSTALLATION, [], { address: '', account }), 'Deployment'))
      .template;
  expect(template('uid-1')).toEqual(template('uid-1'));
  expect(template('uid-2')).not.toEqual(template('uid-1'));
  expect(template('').metadata.annotations).toEqual({});
});

test('a stamp is another one when a field is no longer asked for', () => {
  const stamp = (parameters: Partial<ProxyParameters>) =>
    stamped(rendered({}, parameters)).map(({ object }) => object.metadata.annotations[STAMP]);
  expect(stamp({})).toEqual(stamp({}));
  expect(stamp({ podLabels: { a: '1' } })[2]).not.toBe(stamp({})[2]);
});

test.each(['web', 'a.b.c', 'x'.repeat(63), `${'long.'.repeat(50)}end`])('the Gateway %s has names that fit', (name) => {
  expect(childName(name)).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
  expect(gatewayLabel(name)).toMatch(/^[a-z0-9]([-.a-z0-9]{0,61}[a-z0-9])?$/);
});

test('names that are cut stay different', () => {
  const long = 'x'.repeat(100);
  expect(childName(`${long}a`)).not.toBe(childName(`${long}b`));
  expect(childName('a.b')).not.toBe(childName('a-b'));
});
