/** What the tests apply: a Gateway, routes, and backends behind them. */

import { ROUTE_PROGRAMMED } from '../../../src/controller/programmed.ts';
import { startBackend } from './backend.ts';
import { create, get, type KubeObject, list, makeNamespace, patch, RELEASE, until } from './cluster.ts';

/** A Gateway of this installation. */
export function gateway(namespace: string, name: string, listeners: readonly object[] = [HTTP]): KubeObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { namespace, name },
    spec: { gatewayClassName: RELEASE, listeners },
  };
}

export { startBackend };

type Condition = { readonly type: string };

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

/** Resolves with the Gateway when it says that it is programmed, as it is now. */
export function programmed(namespace: string, name: string): Promise<KubeObject> {
  return until(`Gateway ${namespace}/${name} is programmed`, async () => {
    const object = await get('Gateway', namespace, name);
    const one = object.status?.conditions?.find(({ type }: Condition) => type === 'Programmed');
    return one?.status === 'True' && one.observedGeneration === object.metadata.generation ? object : null;
  });
}

/** Makes a Gateway; resolves with its address when it is programmed and the cluster has opened the way to it. */
export async function startGateway(namespace: string, name = 'web', listeners?: readonly object[]): Promise<string> {
  return opened(gateway(namespace, name, listeners));
}

/** The same, with a number of proxies that `scaleProxies` changes. */
export async function startScaledGateway(
  namespace: string,
  replicas: number,
  listeners?: readonly object[],
): Promise<string> {
  const name = 'web';
  await create({
    apiVersion: 'headgate.dev/v1alpha1',
    kind: 'GatewayParameters',
    metadata: { namespace, name },
    spec: { proxy: { replicas } },
  });
  const object = gateway(namespace, name, listeners);
  const parametersRef = { group: 'headgate.dev', kind: 'GatewayParameters', name };
  const address = await opened({ ...object, spec: { ...object.spec, infrastructure: { parametersRef } } });
  await until(`${replicas} proxies are ready`, async () => (await readyProxies(namespace)).length === replicas);
  await programmed(namespace, name);
  return address;
}

/** Resolves when there are as many proxies, ready, and no others. */
export async function scaleProxies(namespace: string, replicas: number): Promise<void> {
  await patch('GatewayParameters', namespace, 'web', { spec: { proxy: { replicas } } });
  await until(`there are ${replicas} proxies`, async () => (await proxies(namespace)).length === replicas);
  await until(`${replicas} proxies are ready`, async () => (await readyProxies(namespace)).length === replicas);
}

/** All proxy pods of the Gateway `web`, also those that are leaving. */
export function proxies(namespace: string): Promise<KubeObject[]> {
  return list('Pod', namespace, 'gateway.networking.k8s.io/gateway-name=web');
}

/** The addresses of the proxies that its Service sends clients to. */
export async function readyProxies(namespace: string): Promise<string[]> {
  const slices = await list('EndpointSlice', namespace, 'kubernetes.io/service-name=headgate-web');
  type Endpoint = { readonly addresses: readonly string[]; readonly conditions: { readonly ready?: boolean } };
  const endpoints: Endpoint[] = slices.flatMap((slice) => slice.endpoints ?? []);
  return endpoints.filter(({ conditions }) => conditions.ready !== false).map(({ addresses }) => addresses[0]!);
}

async function opened(object: KubeObject): Promise<string> {
  await create(object);
  const { namespace, name } = object.metadata;
  const address: string = (await programmed(namespace!, name)).status.addresses[0].value;
  // The node's rules for the Service's address follow the first ready endpoint a moment later; they are not ours.
  await until(`${address} is routed`, () => fetch(`http://${address}/`), 60_000);
  return address;
}

/**
 * Resolves when every proxy of the route's only parent serves it, as it is now.
 * @param generation the least that it must have
 */
export function routeProgrammed(namespace: string, name: string, generation = 1): Promise<KubeObject> {
  return until(`HTTPRoute ${namespace}/${name} is programmed`, async () => {
    const object = await get('HTTPRoute', namespace, name);
    const one = object.status?.parents?.[0]?.conditions?.find(({ type }: Condition) => type === ROUTE_PROGRAMMED);
    const current = one?.observedGeneration === object.metadata.generation && one.observedGeneration >= generation;
    return one?.status === 'True' && current ? object : null;
  });
}

export type Shop = { readonly namespace: string; readonly address: string };

/** A namespace with a Gateway, a backend, and a route by which everything goes there; resolves when it is served. */
export async function startShop(prefix: string): Promise<Shop> {
  const namespace = await makeNamespace(prefix);
  const [address] = await Promise.all([startGateway(namespace), startBackend(namespace)]);
  await create(httpRoute(namespace, 'all', '/'));
  await routeProgrammed(namespace, 'all');
  return { namespace, address };
}
