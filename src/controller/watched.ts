/** The kinds that the controller watches, and what it keeps of their objects. */
import { type Kind, parseResource, type Resource } from '../api/resources.ts';
import type { StoredObject } from './status/merge.ts';

export type WatchedKind = {
  readonly kind: Kind;
  /** Path of the collection over all namespaces. */
  readonly path: string;
  /** Narrows what is received at all. */
  readonly query: Readonly<Record<string, string>>;
};

const GATEWAY_API = '/apis/gateway.networking.k8s.io/v1';
const OWN_API = '/apis/headgate.dev/v1alpha1';

const NO_OTHER_SECRETS = [
  'helm.sh/release.v1',
  'kubernetes.io/service-account-token',
  'kubernetes.io/dockercfg',
  'kubernetes.io/dockerconfigjson',
  'bootstrap.kubernetes.io/token',
]
  .map((type) => `type!=${type}`)
  .join(',');

export const WATCHED: readonly WatchedKind[] = [
  { kind: 'GatewayClass', path: `${GATEWAY_API}/gatewayclasses`, query: {} },
  { kind: 'Gateway', path: `${GATEWAY_API}/gateways`, query: {} },
  { kind: 'ListenerSet', path: `${GATEWAY_API}/listenersets`, query: {} },
  { kind: 'AccessPolicy', path: `${OWN_API}/accesspolicies`, query: {} },
  { kind: 'Aggregate', path: `${OWN_API}/aggregates`, query: {} },
  { kind: 'GatewayParameters', path: `${OWN_API}/gatewayparameters`, query: {} },
  { kind: 'HTTPMatchPolicy', path: `${OWN_API}/httpmatchpolicies`, query: {} },
  { kind: 'HTTPRouteFilter', path: `${OWN_API}/httproutefilters`, query: {} },
  { kind: 'HTTPRoute', path: `${GATEWAY_API}/httproutes`, query: {} },
  { kind: 'GRPCRoute', path: `${GATEWAY_API}/grpcroutes`, query: {} },
  { kind: 'TLSRoute', path: `${GATEWAY_API}/tlsroutes`, query: {} },
  { kind: 'TCPRoute', path: `${GATEWAY_API}/tcproutes`, query: {} },
  { kind: 'UDPRoute', path: `${GATEWAY_API}/udproutes`, query: {} },
  { kind: 'BackendTLSPolicy', path: `${GATEWAY_API}/backendtlspolicies`, query: {} },
  { kind: 'BackendTrafficPolicy', path: `${OWN_API}/backendtrafficpolicies`, query: {} },
  { kind: 'RateLimitPolicy', path: `${OWN_API}/ratelimitpolicies`, query: {} },
  { kind: 'CachePolicy', path: `${OWN_API}/cachepolicies`, query: {} },
  { kind: 'TelemetryPolicy', path: `${OWN_API}/telemetrypolicies`, query: {} },
  { kind: 'ReferenceGrant', path: `${GATEWAY_API}/referencegrants`, query: {} },
  { kind: 'Namespace', path: '/api/v1/namespaces', query: {} },
  { kind: 'Service', path: '/api/v1/services', query: {} },
  { kind: 'EndpointSlice', path: '/apis/discovery.k8s.io/v1/endpointslices', query: {} },
  // Certificates and what policies refer to. What no policy can be about need not even be sent to us.
  { kind: 'Secret', path: '/api/v1/secrets', query: { fieldSelector: NO_OTHER_SECRETS } },
  // Any of them may be referred to; what nobody could mean is not kept.
  { kind: 'ConfigMap', path: '/api/v1/configmaps', query: {} },
  { kind: 'ClusterTrustBundle', path: '/apis/certificates.k8s.io/v1beta1/clustertrustbundles', query: {} },
];

/** The names of the Gateway API's CustomResourceDefinitions among them. */
export const GATEWAY_CRDS: readonly string[] = WATCHED.flatMap(({ path }) =>
  path.startsWith(`${GATEWAY_API}/`) ? [`${path.slice(GATEWAY_API.length + 1)}.gateway.networking.k8s.io`] : [],
);

/** One object: as translation reads it, and what a status write needs of it. */
export type WatchedObject = {
  readonly metadata: StoredObject['metadata'];
  readonly resource: Resource;
  readonly stored: StoredObject;
};

/**
 * What was received as it is kept; `known` is the same object as it was before. The resource keeps its identity when only
 * the status changed, which translation does not read: most changes are our own status writes. Null for an object that our
 * schemas refuse although the API server did not, which is a
 * newer CRD or a fault of ours: `refused` is told, and the object counts as absent, or closes what it is for if its kind protects.
 */
export function decode(
  raw: unknown,
  kind: Kind,
  refused: (message: string) => void,
  known?: WatchedObject,
): WatchedObject | null {
  const object = kind === 'ConfigMap' ? referredOnly(raw) : (raw as Received);
  const { managedFields: _, ...metadata } = object.metadata as StoredObject['metadata'] & { managedFields?: unknown };
  // Items of a list name neither.
  const apiVersion = apiVersionOf(kind);
  if (known !== undefined && onlyStatusDiffers(known.metadata, metadata)) {
    return { metadata, resource: known.resource, stored: { apiVersion, kind, metadata, status: object.status } };
  }
  const parsed = parseResource({ ...object, apiVersion, kind, metadata });
  if (!parsed.ok) {
    const issues = parsed.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ');
    const effect = parsed.closing === null ? 'ignored' : 'closes what it is for';
    refused(`${kind} ${metadata.namespace ?? ''}/${metadata.name} is not understood and ${effect}: ${issues}`);
  }
  const resource = parsed.ok ? parsed.resource : parsed.closing;
  if (resource === null) return null;
  return { metadata, resource, stored: { apiVersion, kind, metadata, status: object.status } };
}

type Received = Record<string, unknown> & StoredObject;

/** The keys of a ConfigMap that anything of ours can refer to. */
const REFERRED_KEY = /^(?:ca\.crt|jwks\.json)$|\.(?:binpb|desc|pb|protoset)$/;

function referredOnly(raw: unknown): Received {
  const { data, binaryData, ...object } = raw as Received & {
    data?: Record<string, unknown>;
    binaryData?: Record<string, unknown>;
  };
  return { ...object, data: kept(data), binaryData: kept(binaryData) };
}

function kept(data: Record<string, unknown> = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).filter(([key]) => REFERRED_KEY.test(key)));
}

/** Kinds whose generation counts the changes of all but metadata and status. */
function onlyStatusDiffers(known: StoredObject['metadata'], metadata: StoredObject['metadata']): boolean {
  const text = (one: StoredObject['metadata']) => JSON.stringify({ ...one, resourceVersion: '' });
  return 'generation' in metadata && text(known) === text(metadata);
}

function apiVersionOf(kind: Kind): string {
  const path = WATCHED.find((watched) => watched.kind === kind)!.path;
  const [, root, group, version] = path.split('/');
  return root === 'api' ? group! : `${group}/${version}`;
}
