/** The cluster in which Headgate is installed, as the tests speak to it. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '@kubernetes/client-node';
import { CHILD_COLLECTIONS, inNamespace } from '../../../src/infra/kinds.ts';
import { clusterOf, KubeClient } from '../../../src/kube/client.ts';
import { ApiError } from '../../../src/kube/error.ts';

const config = new KubeConfig();
config.loadFromDefault();
export const kube = new KubeClient(await clusterOf(config));

/** The installation, by the names that deploy/install.ts gives it. */
export const RELEASE = process.env.HEADGATE_RELEASE ?? 'headgate';
export const SYSTEM = `${RELEASE}-system`;
export const CONTROLLER = `${RELEASE}-controller`;
export const CONTROLLER_NAME = `headgate.dev/${RELEASE === 'headgate' ? 'gateway-controller' : RELEASE}`;

const GATEWAY_API = '/apis/gateway.networking.k8s.io/v1';
const COLLECTIONS: Readonly<Record<string, string>> = {
  ...CHILD_COLLECTIONS,
  BackendTLSPolicy: `${GATEWAY_API}/backendtlspolicies`,
  BackendTrafficPolicy: '/apis/headgate.dev/v1alpha1/backendtrafficpolicies',
  EndpointSlice: '/apis/discovery.k8s.io/v1/endpointslices',
  Gateway: `${GATEWAY_API}/gateways`,
  GatewayParameters: '/apis/headgate.dev/v1alpha1/gatewayparameters',
  HTTPMatchPolicy: '/apis/headgate.dev/v1alpha1/httpmatchpolicies',
  HTTPRoute: `${GATEWAY_API}/httproutes`,
  Lease: '/apis/coordination.k8s.io/v1/leases',
  Pod: '/api/v1/pods',
  Secret: '/api/v1/secrets',
};

export type KubeObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly resourceVersion?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  // biome-ignore lint/suspicious/noExplicitAny: what is looked into differs by kind.
  readonly spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly status?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly data?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly endpoints?: any;
  readonly type?: string;
};

export function pathOf(kind: string, namespace: string, name = ''): string {
  return `${inNamespace(COLLECTIONS[kind]!, namespace)}${name === '' ? '' : `/${name}`}`;
}

export function get(kind: string, namespace: string, name: string): Promise<KubeObject> {
  return kube.request('GET', pathOf(kind, namespace, name));
}

export async function list(kind: string, namespace: string, labelSelector = ''): Promise<KubeObject[]> {
  const found = await kube.request<{ items: KubeObject[] }>('GET', pathOf(kind, namespace), {
    query: { labelSelector },
  });
  return found.items;
}

export function create(object: KubeObject): Promise<KubeObject> {
  return kube.request('POST', pathOf(object.kind, object.metadata.namespace!), { body: object });
}

/** A JSON merge patch. */
export function patch(kind: string, namespace: string, name: string, body: object, part = ''): Promise<KubeObject> {
  const contentType = 'application/merge-patch+json';
  return kube.request('PATCH', `${pathOf(kind, namespace, name)}${part}`, { body, contentType });
}

/** At once, without a word to what runs there, when `force`. Nothing happens when it is gone. */
export async function remove(kind: string, namespace: string, name: string, force = false): Promise<void> {
  const query = force ? { gracePeriodSeconds: 0 } : {};
  await kube.request('DELETE', pathOf(kind, namespace, name), { query }).catch((error: unknown) => {
    if (!(error instanceof ApiError && error.notFound)) throw error;
  });
}

/** A namespace of its own for one test file; returns its name. */
export async function makeNamespace(prefix: string): Promise<string> {
  const name = `${prefix}-${randomBytes(3).toString('hex')}`;
  await kube.request('POST', '/api/v1/namespaces', {
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  });
  return name;
}

export async function removeNamespace(name: string): Promise<void> {
  await kube.request('DELETE', `/api/v1/namespaces/${name}`);
}

/** Repeats `look` until it resolves to something that is not null, undefined or false. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  milliseconds = 180_000,
): Promise<T> {
  const end = performance.now() + milliseconds;
  let failure = '';
  while (performance.now() < end) {
    try {
      const found = await look();
      if (found !== null && found !== undefined && found !== false) return found;
    } catch (error) {
      failure = String(error);
    }
    await sleep(50);
  }
  throw new Error(`after ${milliseconds / 1000} s still not: ${what} ${failure}`);
}

type Conditions = { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };

export function condition(status: Conditions | undefined, type: string): string | undefined {
  return status?.conditions?.find((one) => one.type === type)?.status;
}

export function kubectl(...args: string[]): string {
  return execFileSync('kubectl', args, { encoding: 'utf8' });
}

/** Waits until every wanted pod of a Deployment is ready, and none of an older template is left. */
export function rolledOut(namespace: string, name: string): Promise<KubeObject> {
  return until(`Deployment ${namespace}/${name} is rolled out`, async () => {
    const object = await get('Deployment', namespace, name);
    const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, observedGeneration } = object.status ?? {};
    const wanted = object.spec.replicas;
    const done = replicas === wanted && updatedReplicas === wanted && readyReplicas === wanted;
    return done && observedGeneration === object.metadata.generation ? object : null;
  });
}
