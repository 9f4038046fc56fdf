import type { z } from 'zod';
import { type ClusterTrustBundle, clusterTrustBundleSchema } from './core/cluster-trust-bundle.ts';
import { type ConfigMap, configMapSchema } from './core/config-map.ts';
import { type EndpointSlice, endpointSliceSchema } from './core/endpoint-slice.ts';
import { type Namespace, namespaceSchema } from './core/namespace.ts';
import { type Secret, secretSchema } from './core/secret.ts';
import { type Service, serviceSchema } from './core/service.ts';
import { type BackendTLSPolicy, backendTLSPolicySchema } from './gateway/backend-tls-policy.ts';
import { type Gateway, gatewaySchema } from './gateway/gateway.ts';
import { type GatewayClass, gatewayClassSchema } from './gateway/gateway-class.ts';
import { type GRPCRoute, grpcRouteSchema } from './gateway/grpc-route.ts';
import { type HTTPRoute, httpRouteSchema } from './gateway/http-route.ts';
import { type ListenerSet, listenerSetSchema } from './gateway/listener-set.ts';
import { type ReferenceGrant, referenceGrantSchema } from './gateway/reference-grant.ts';
import { type TCPRoute, tcpRouteSchema } from './gateway/tcp-route.ts';
import { type TLSRoute, tlsRouteSchema } from './gateway/tls-route.ts';
import { type UDPRoute, udpRouteSchema } from './gateway/udp-route.ts';
import { type AccessPolicy, accessPolicySchema } from './policy/access-policy.ts';
import { type AggregateBackend, aggregateSchema } from './policy/aggregate.ts';
import { type BackendTrafficPolicy, backendTrafficPolicySchema } from './policy/backend-traffic-policy.ts';
import { type CachePolicy, cachePolicySchema } from './policy/cache-policy.ts';
import { closingOf } from './policy/closing.ts';
import { type GatewayParameters, gatewayParametersSchema } from './policy/gateway-parameters.ts';
import { type HTTPMatchPolicy, httpMatchPolicySchema } from './policy/http-match-policy.ts';
import { type ExtensionFilter, httpRouteFilterSchema } from './policy/http-route-filter.ts';
import { type RateLimitPolicy, rateLimitPolicySchema } from './policy/rate-limit-policy.ts';
import { type TelemetryPolicy, telemetryPolicySchema } from './policy/telemetry-policy.ts';
import { describe, describeSecret, fieldOf, type Issue } from './schema/issue.ts';
import { emptyForNull, isObject, isTooDeep, MAX_DEPTH, unknownFields, withoutNullFields } from './schema/raw.ts';

/** Everything that translation reads: valid objects with the defaults of their CRDs applied. */
export type Resources = {
  readonly gatewayClasses: readonly GatewayClass[];
  readonly gateways: readonly Gateway[];
  readonly listenerSets: readonly ListenerSet[];
  readonly accessPolicies: readonly AccessPolicy[];
  readonly aggregates: readonly AggregateBackend[];
  readonly gatewayParameters: readonly GatewayParameters[];
  readonly httpMatchPolicies: readonly HTTPMatchPolicy[];
  readonly httpRouteFilters: readonly ExtensionFilter[];
  readonly httpRoutes: readonly HTTPRoute[];
  readonly grpcRoutes: readonly GRPCRoute[];
  readonly tlsRoutes: readonly TLSRoute[];
  readonly tcpRoutes: readonly TCPRoute[];
  readonly udpRoutes: readonly UDPRoute[];
  readonly backendTLSPolicies: readonly BackendTLSPolicy[];
  readonly backendTrafficPolicies: readonly BackendTrafficPolicy[];
  readonly rateLimitPolicies: readonly RateLimitPolicy[];
  readonly cachePolicies: readonly CachePolicy[];
  readonly telemetryPolicies: readonly TelemetryPolicy[];
  readonly referenceGrants: readonly ReferenceGrant[];
  readonly namespaces: readonly Namespace[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly secrets: readonly Secret[];
  readonly configMaps: readonly ConfigMap[];
  readonly clusterTrustBundles: readonly ClusterTrustBundle[];
};

/** One object of any kind, told apart by `kind`. */
export type Resource = Resources[keyof Resources][number];
export type Kind = Resource['kind'];

/** The collection of `Resources` that objects of a kind belong to. */
export const COLLECTION_OF = {
  GatewayClass: 'gatewayClasses',
  Gateway: 'gateways',
  ListenerSet: 'listenerSets',
  AccessPolicy: 'accessPolicies',
  Aggregate: 'aggregates',
  GatewayParameters: 'gatewayParameters',
  HTTPMatchPolicy: 'httpMatchPolicies',
  HTTPRouteFilter: 'httpRouteFilters',
  HTTPRoute: 'httpRoutes',
  GRPCRoute: 'grpcRoutes',
  TLSRoute: 'tlsRoutes',
  TCPRoute: 'tcpRoutes',
  UDPRoute: 'udpRoutes',
  BackendTLSPolicy: 'backendTLSPolicies',
  BackendTrafficPolicy: 'backendTrafficPolicies',
  RateLimitPolicy: 'rateLimitPolicies',
  CachePolicy: 'cachePolicies',
  TelemetryPolicy: 'telemetryPolicies',
  ReferenceGrant: 'referenceGrants',
  Namespace: 'namespaces',
  Service: 'services',
  EndpointSlice: 'endpointSlices',
  Secret: 'secrets',
  ConfigMap: 'configMaps',
  ClusterTrustBundle: 'clusterTrustBundles',
} as const satisfies Readonly<Record<Kind, keyof Resources>>;

const SCHEMAS: Readonly<Record<Kind, z.ZodType<Resource>>> = {
  GatewayClass: gatewayClassSchema,
  Gateway: gatewaySchema,
  ListenerSet: listenerSetSchema,
  AccessPolicy: accessPolicySchema,
  Aggregate: aggregateSchema,
  GatewayParameters: gatewayParametersSchema,
  HTTPMatchPolicy: httpMatchPolicySchema,
  HTTPRouteFilter: httpRouteFilterSchema,
  HTTPRoute: httpRouteSchema,
  GRPCRoute: grpcRouteSchema,
  TLSRoute: tlsRouteSchema,
  TCPRoute: tcpRouteSchema,
  UDPRoute: udpRouteSchema,
  BackendTLSPolicy: backendTLSPolicySchema,
  BackendTrafficPolicy: backendTrafficPolicySchema,
  RateLimitPolicy: rateLimitPolicySchema,
  CachePolicy: cachePolicySchema,
  TelemetryPolicy: telemetryPolicySchema,
  ReferenceGrant: referenceGrantSchema,
  Namespace: namespaceSchema,
  Service: serviceSchema,
  EndpointSlice: endpointSliceSchema,
  Secret: secretSchema,
  ConfigMap: configMapSchema,
  ClusterTrustBundle: clusterTrustBundleSchema,
};

/** Kinds whose schemas know every field of `spec`, so that an unknown one is worth a warning. */
const COMPLETE: ReadonlySet<string> = new Set<Kind>([
  'GatewayClass',
  'Gateway',
  'ListenerSet',
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
  'BackendTLSPolicy',
  'AccessPolicy',
  'Aggregate',
  'BackendTrafficPolicy',
  'CachePolicy',
  'GatewayParameters',
  'HTTPMatchPolicy',
  'HTTPRouteFilter',
  'RateLimitPolicy',
  'TelemetryPolicy',
  'ReferenceGrant',
]);

export type { Issue } from './schema/issue.ts';

/** `kind`, `namespace` and `name` of a document that may be invalid: `''` where it has none. */
export type Invalid = {
  readonly ok: false;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly issues: readonly Issue[];
  /** What holds in its place when its kind protects: it closes what the document is for. */
  readonly closing: Resource | null;
};

export type Parsed =
  | {
      readonly ok: true;
      readonly resource: Resource;
      /** Fields that were left out because the kind does not have them, as an API server warns of them. */
      readonly warnings: readonly Issue[];
    }
  | Invalid;

/** Resources without any object. */
export function noResources(): { [C in keyof Resources]: Resources[C][number][] } {
  return {
    gatewayClasses: [],
    gateways: [],
    listenerSets: [],
    accessPolicies: [],
    aggregates: [],
    gatewayParameters: [],
    httpMatchPolicies: [],
    httpRouteFilters: [],
    httpRoutes: [],
    grpcRoutes: [],
    tlsRoutes: [],
    tcpRoutes: [],
    udpRoutes: [],
    backendTLSPolicies: [],
    backendTrafficPolicies: [],
    rateLimitPolicies: [],
    cachePolicies: [],
    telemetryPolicies: [],
    referenceGrants: [],
    namespaces: [],
    services: [],
    endpointSlices: [],
    secrets: [],
    configMaps: [],
    clusterTrustBundles: [],
  };
}

/** Whether a document's kind is one that `parseResource` has a schema for, in any of its API groups. */
export function isKnownKind(kind: string): kind is Kind {
  return Object.hasOwn(SCHEMAS, kind);
}

/**
 * Judges one document as an API server with the Gateway API's CRDs (v1.7.0, experimental channel) and ours would on creation, and
 * applies the defaults. Never throws.
 */
export function parseResource(raw: unknown): Parsed {
  if (!isObject(raw))
    return invalid({}, [{ path: [], message: 'must be an object with apiVersion, kind and metadata' }]);
  const kind = raw.kind;
  if (typeof kind !== 'string' || !isKnownKind(kind)) {
    const message = kind === undefined ? 'is required' : `must be one of ${Object.keys(SCHEMAS).join(', ')}`;
    return invalid(raw, [{ path: ['kind'], message }]);
  }
  if (isTooDeep(raw)) {
    return invalid(raw, [{ path: [], message: `must not be nested more than ${MAX_DEPTH} levels deep` }]);
  }
  const document = withoutNullFields(kind === 'Secret' || kind === 'ConfigMap' ? withData(raw) : raw);
  const result = SCHEMAS[kind].safeParse(document, { error: kind === 'Secret' ? describeSecret : describe });
  if (!result.success) {
    return invalid(
      raw,
      result.error.issues.map(({ path, message }) => ({ path: path as (string | number)[], message })),
    );
  }
  return { ok: true, resource: result.data, warnings: COMPLETE.has(kind) ? warnings(document, result.data) : [] };
}

function withData(raw: Record<string, unknown>): Record<string, unknown> {
  const { data, binaryData, stringData } = raw;
  return {
    ...raw,
    data: emptyForNull(data),
    binaryData: emptyForNull(binaryData),
    stringData: emptyForNull(stringData),
  };
}

function warnings(document: unknown, resource: Resource): Issue[] {
  const { spec } = document as { spec?: unknown };
  const { spec: parsed } = resource as { spec?: unknown };
  return unknownFields(spec, parsed, ['spec']).map((path) => ({
    path,
    message: 'is not a field of this kind and is ignored',
  }));
}

function invalid(raw: Record<string, unknown>, issues: readonly Issue[]): Invalid {
  const metadata = isObject(raw.metadata) ? raw.metadata : {};
  const string = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    ok: false,
    kind: string(raw.kind),
    namespace: string(metadata.namespace),
    name: string(metadata.name),
    issues,
    closing: closingOf(raw, sentenceOf(issues)) as Resource | null,
  };
}

/** As many of the issues as a condition is to say. */
const MAX_TOLD = 8;

function sentenceOf(issues: readonly Issue[]): string {
  const told = issues.slice(0, MAX_TOLD).map(({ path, message }) => {
    return path.length === 0 ? message : `${fieldOf(path)}: ${message}`;
  });
  const rest = issues.length - told.length;
  return [...told, ...(rest === 0 ? [] : [`and ${rest} more`])].join('; ');
}
