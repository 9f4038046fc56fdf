/** What the tests apply: a Gateway, a backend that tells what it was asked, and routes. */
import { ECHO_IMAGE } from '../global-setup.ts';
import { condition, create, get, type KubeObject, RELEASE, rolledOut, until } from './cluster.ts';

export function gateway(namespace: string, name: string, listeners: readonly object[] = [HTTP]): KubeObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { namespace, name },
    spec: { gatewayClassName: RELEASE, listeners },
  };
}

export const HTTP = { name: 'http', port: 80, protocol: 'HTTP' };

/** Everything under `path` goes to the Service. */
export function httpRoute(namespace: string, name: string, path: string, service = 'echo', parent = 'web'): KubeObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { namespace, name },
    spec: {
      parentRefs: [{ name: parent }],
      rules: [{ matches: [{ path: { type: 'PathPrefix', value: path } }], backendRefs: [{ name: service, port: 80 }] }],
    },
  };
}

/** A Deployment that echoes requests, and its Service; resolves when it is ready. */
export async function startBackend(namespace: string, name = 'echo', replicas = 2): Promise<void> {
  const labels = { app: name };
  await create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { metadata: { labels }, spec: podSpec() },
    },
  });
  await create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 3000 }] },
  });
  await rolledOut(namespace, name);
}

function podSpec(): object {
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return {
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'echo',
        image: ECHO_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        env: [field('POD_NAME', 'metadata.name'), field('NAMESPACE', 'metadata.namespace')],
        readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 },
      },
    ],
  };
}

/** Resolves with the Gateway when it says that it is programmed, as it is now. */
export function programmed(namespace: string, name: string): Promise<KubeObject> {
  return until(`Gateway ${namespace}/${name} is programmed`, async () => {
    const object = await get('Gateway', namespace, name);
    const one = object.status?.conditions?.find(({ type }: { type: string }) => type === 'Programmed');
    return one?.status === 'True' && one.observedGeneration === object.metadata.generation ? object : null;
  });
}

/** Makes a Gateway; resolves with its address when it is programmed and the cluster has opened the way to it. */
export async function startGateway(namespace: string, name = 'web', listeners?: readonly object[]): Promise<string> {
  await create(gateway(namespace, name, listeners));
  const address: string = (await programmed(namespace, name)).status.addresses[0].value;
  // The node's rules for the Service's address follow the first ready endpoint a moment later; they are not ours.
  await until(`${address} is routed`, () => fetch(`http://${address}/`), 10_000);
  return address;
}

/** Resolves when every proxy of the route's only parent serves it. */
export function routeProgrammed(namespace: string, name: string): Promise<KubeObject> {
  return until(`HTTPRoute ${namespace}/${name} is programmed`, async () => {
    const object = await get('HTTPRoute', namespace, name);
    return condition(object.status?.parents?.[0], 'headgate.dev/Programmed') === 'True' ? object : null;
  });
}
