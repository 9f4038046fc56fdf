import type { ClusterTrustBundle } from '../api/core/cluster-trust-bundle.ts';
import type { ConfigMap } from '../api/core/config-map.ts';
import type { EndpointSlice } from '../api/core/endpoint-slice.ts';
import type { Namespace } from '../api/core/namespace.ts';
import type { Secret } from '../api/core/secret.ts';
import type { Service } from '../api/core/service.ts';
import type { BackendTLSPolicy } from '../api/gateway/backend-tls-policy.ts';
import type { HTTPRoute } from '../api/gateway/http-route.ts';
import type { AggregateBackend } from '../api/policy/aggregate.ts';
import type { GatewayParameters } from '../api/policy/gateway-parameters.ts';
import type { ExtensionFilter } from '../api/policy/http-route-filter.ts';
import { COLLECTION_OF, type Kind, type Resources } from '../api/resources.ts';
import { servicesOf } from './backend-tls-policy.ts';
import { byAge, compare, keyOf, type Metadata } from './object.ts';
import { type PolicyObject, type TargetKind, targetsOf } from './policy/kind.ts';
import { POLICY_KINDS } from './policy/kinds.ts';
import { Grants } from './reference-grant.ts';

/** The objects that others refer to, by the key of the reference, so that no stage scans a collection. */
export type Lookup = {
  /** By `namespace/name`. */
  readonly services: ReadonlyMap<string, Service>;
  /** By `namespace/name` of their Service. */
  readonly endpointSlices: ReadonlyMap<string, readonly EndpointSlice[]>;
  /** By `namespace/name`. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** By `namespace/name`. */
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
  /** By `/name`. */
  readonly clusterTrustBundles: ReadonlyMap<string, ClusterTrustBundle>;
  /** Those for a Service (`namespace/name`), the one that wins first. */
  readonly backendTLSPolicies: (service: string) => readonly BackendTLSPolicy[];
  /** Policies of ours for a place (`targetId` of policy/kind.ts), the one that wins first. */
  readonly policiesFor: (target: string) => readonly PolicyObject[];
  /** The names of the listeners, rules or ports of a target of policies; null: it does not exist. */
  readonly sectionsOf: (kind: TargetKind, key: string) => readonly string[] | null;
  /** By `namespace/name`. */
  readonly aggregates: ReadonlyMap<string, AggregateBackend>;
  /** By `namespace/name`. */
  readonly httpRoute: (key: string) => HTTPRoute | undefined;
  readonly gatewayParameters: ReadonlyMap<string, GatewayParameters>;
  /** By `namespace/name`. */
  readonly httpRouteFilters: ReadonlyMap<string, ExtensionFilter>;
  readonly grants: Grants;
  readonly namespaceLabels: (name: string) => Readonly<Record<string, string>>;
};

export function lookupOf(resources: Resources): Lookup {
  const namespaces = new Map(resources.namespaces.map((namespace) => [namespace.metadata.name, namespace]));
  const policies = policiesByService(resources.backendTLSPolicies);
  const own = policiesByTarget(ownPolicies(resources));
  const targets = targetsByKind(resources);
  const httpRoutes = byKey(resources.httpRoutes);
  return {
    services: byKey(resources.services),
    endpointSlices: byService(resources.endpointSlices),
    secrets: byKey(resources.secrets),
    configMaps: byKey(resources.configMaps),
    clusterTrustBundles: byKey(resources.clusterTrustBundles),
    backendTLSPolicies: (service) => policies.get(service) ?? [],
    policiesFor: (target) => own.get(target) ?? [],
    sectionsOf: (kind, key) => sectionsIn(targets[kind].get(key)),
    aggregates: byKey(resources.aggregates),
    httpRoute: (key) => httpRoutes.get(key),
    gatewayParameters: byKey(resources.gatewayParameters),
    httpRouteFilters: byKey(resources.httpRouteFilters),
    grants: new Grants(resources.referenceGrants),
    namespaceLabels: (name) => labelsOf(name, namespaces.get(name)),
  };
}

/** Every namespace of a cluster has this label; a folder of manifests need not hold Namespace objects at all. */
export function labelsOf(name: string, namespace: Namespace | undefined): Readonly<Record<string, string>> {
  return { ...namespace?.metadata.labels, 'kubernetes.io/metadata.name': name };
}

/** The Service of an EndpointSlice, as `namespace/name`. */
export function serviceOf({ metadata }: EndpointSlice): string | null {
  const service = metadata.labels?.['kubernetes.io/service-name'];
  return service === undefined ? null : `${metadata.namespace}/${service}`;
}

/** Where two slices of a Service contradict each other, the same one must win whatever the order in which they were read. */
export function sortSlices(slices: readonly EndpointSlice[]): EndpointSlice[] {
  return [...slices].sort((a, b) => compare(a.metadata.name, b.metadata.name));
}

function byKey<T extends { metadata: Metadata }>(objects: readonly T[]): Map<string, T> {
  return new Map(objects.map((object) => [keyOf(object.metadata), object]));
}

/** Of two policies with the same target the older one wins. */
export function sortPolicies<P extends { readonly metadata: Metadata }>(policies: readonly P[]): P[] {
  return [...policies].sort((a, b) => byAge(a.metadata, b.metadata));
}

function policiesByService(policies: readonly BackendTLSPolicy[]): Map<string, BackendTLSPolicy[]> {
  const found = new Map<string, BackendTLSPolicy[]>();
  for (const policy of sortPolicies(policies)) {
    for (const service of servicesOf(policy)) {
      const list = found.get(service);
      if (list === undefined) found.set(service, [policy]);
      else list.push(policy);
    }
  }
  return found;
}

/** All policies of ours, of every kind. */
export function ownPolicies(resources: Resources): PolicyObject[] {
  return Object.keys(POLICY_KINDS).flatMap(
    (kind) => resources[COLLECTION_OF[kind as Kind]] as readonly unknown[] as readonly PolicyObject[],
  );
}

function policiesByTarget(policies: readonly PolicyObject[]): Map<string, PolicyObject[]> {
  const found = new Map<string, PolicyObject[]>();
  for (const policy of sortPolicies(policies)) {
    for (const target of targetsOf(policy)) found.set(target, [...(found.get(target) ?? []), policy]);
  }
  return found;
}

/** What policies may be for. */
type Target = {
  readonly metadata: Metadata;
  readonly spec: {
    readonly listeners?: Named;
    readonly rules?: Named | undefined;
    readonly ports?: Named;
  };
};

type Named = readonly { readonly name?: string | undefined }[];

function targetsByKind(resources: Resources): Readonly<Record<TargetKind, ReadonlyMap<string, Target>>> {
  return {
    Gateway: byKey<Target>(resources.gateways),
    HTTPRoute: byKey<Target>(resources.httpRoutes),
    GRPCRoute: byKey<Target>(resources.grpcRoutes),
    Service: byKey<Target>(resources.services),
  };
}

/** The names of a target's sections; null when there is no target. */
export function sectionsIn(target: Target | undefined): readonly string[] | null {
  if (target === undefined) return null;
  const { listeners, rules, ports } = target.spec;
  return (listeners ?? rules ?? ports ?? []).flatMap(({ name }) => (name === undefined || name === '' ? [] : [name]));
}

function byService(slices: readonly EndpointSlice[]): Map<string, EndpointSlice[]> {
  const found = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = serviceOf(slice);
    if (key === null) continue;
    const list = found.get(key);
    if (list === undefined) found.set(key, [slice]);
    else list.push(slice);
  }
  for (const [key, slices] of found) found.set(key, sortSlices(slices));
  return found;
}
