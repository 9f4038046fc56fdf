import type { ClusterTrustBundle } from '../../api/core/cluster-trust-bundle.ts';
import type { ConfigMap } from '../../api/core/config-map.ts';
import type { EndpointSlice } from '../../api/core/endpoint-slice.ts';
import type { Namespace } from '../../api/core/namespace.ts';
import type { Secret } from '../../api/core/secret.ts';
import type { Service } from '../../api/core/service.ts';
import type { BackendTLSPolicy } from '../../api/gateway/backend-tls-policy.ts';
import type { Gateway } from '../../api/gateway/gateway.ts';
import type { GatewayClass } from '../../api/gateway/gateway-class.ts';
import type { HTTPRoute } from '../../api/gateway/http-route.ts';
import type { ListenerSet } from '../../api/gateway/listener-set.ts';
import type { ReferenceGrant } from '../../api/gateway/reference-grant.ts';
import type { AggregateBackend } from '../../api/policy/aggregate.ts';
import type { GatewayParameters } from '../../api/policy/gateway-parameters.ts';
import type { ExtensionFilter } from '../../api/policy/http-route-filter.ts';
import { COLLECTION_OF, type Kind, type Resource } from '../../api/resources.ts';
import { servicesOf } from '../backend-tls-policy.ts';
import { sameObject } from '../equal.ts';
import { parentOf } from '../listener-set.ts';
import { type Lookup, labelsOf, sectionsIn, serviceOf, sortPolicies, sortSlices } from '../lookup.ts';
import { type PolicyObject, type TargetKind, targetsOf } from '../policy/kind.ts';
import { POLICY_KINDS } from '../policy/kinds.ts';
import { Grants } from '../reference-grant.ts';
import type { Route } from '../route/kind.ts';
import { ROUTE_KINDS } from '../route/kinds.ts';
import type { ObjectChange, ResourceChanges } from './changes.ts';

/** An object that translation sees otherwise than before; null: it is not there. */
export type Difference<T> = { readonly key: string; readonly before: T | null; readonly after: T | null };

/** All objects by key, and the look-ups that planning needs, kept up to date change by change. */
export class KnownObjects implements Lookup {
  readonly gatewayClasses = new Map<string, GatewayClass>();
  readonly gateways = new Map<string, Gateway>();
  readonly listenerSets = new Map<string, ListenerSet>();
  /** Of every kind, by `<kind>/<namespace>/<name>`. */
  readonly routes = new Map<string, Route>();
  readonly policies = new Map<string, BackendTLSPolicy>();
  readonly services = new Map<string, Service>();
  readonly secrets = new Map<string, Secret>();
  readonly configMaps = new Map<string, ConfigMap>();
  readonly clusterTrustBundles = new Map<string, ClusterTrustBundle>();
  readonly aggregates = new Map<string, AggregateBackend>();
  readonly gatewayParameters = new Map<string, GatewayParameters>();
  readonly httpRouteFilters = new Map<string, ExtensionFilter>();
  readonly endpointSlices = new Map<string, readonly EndpointSlice[]>();
  /** Those of ours, by `<kind>/<namespace>/<name>`. */
  readonly ownPolicies = new Map<string, PolicyObject>();
  readonly #ownPoliciesFor = new Map<string, readonly PolicyObject[]>();
  readonly #slices = new Map<string, EndpointSlice>();
  readonly #namespaces = new Map<string, Namespace>();
  readonly #referenceGrants = new Map<string, ReferenceGrant>();
  /** By `namespace/name` of their Service. */
  readonly #policiesOf = new Map<string, readonly BackendTLSPolicy[]>();
  /** By `namespace/name` of their Gateway. */
  readonly #listenerSetsOf = new Map<string, readonly ListenerSet[]>();
  #grants: Grants | null = null;

  get grants(): Grants {
    this.#grants ??= new Grants([...this.#referenceGrants.values()]);
    return this.#grants;
  }

  readonly namespaceLabels = (name: string): Readonly<Record<string, string>> => {
    return labelsOf(name, this.#namespaces.get(`/${name}`));
  };

  readonly backendTLSPolicies = (service: string): readonly BackendTLSPolicy[] => this.#policiesOf.get(service) ?? [];

  readonly policiesFor = (target: string): readonly PolicyObject[] => this.#ownPoliciesFor.get(target) ?? [];

  readonly sectionsOf = (kind: TargetKind, key: string): readonly string[] | null => {
    if (kind === 'Gateway') return sectionsIn(this.gateways.get(key));
    if (kind === 'Service') return sectionsIn(this.services.get(key));
    return sectionsIn(this.routes.get(`${kind}/${key}`));
  };

  readonly httpRoute = (key: string): HTTPRoute | undefined => {
    return this.routes.get(`HTTPRoute/${key}`) as HTTPRoute | undefined;
  };

  readonly listenerSetsOf = (gateway: string): readonly ListenerSet[] => this.#listenerSetsOf.get(gateway) ?? [];

  takeRoutes(changes: ResourceChanges): Difference<Route>[] {
    return ROUTE_KINDS.flatMap((kind) => {
      const ofKind = (changes[COLLECTION_OF[kind]] ?? []) as readonly ObjectChange<Route>[];
      const named = ofKind.map(({ key, object }) => ({ key: `${kind}/${key}`, object }));
      return take(this.routes, named);
    });
  }

  takeListenerSets(changes: readonly ObjectChange<ListenerSet>[] = []): Difference<ListenerSet>[] {
    const found = take(this.listenerSets, changes);
    for (const { before, after } of found) {
      const gateway = (set: ListenerSet) => [parentOf(set)].filter((key) => key !== null);
      regroup(this.#listenerSetsOf, gateway, before, after);
    }
    return found;
  }

  takePolicies(changes: readonly ObjectChange<BackendTLSPolicy>[] = []): Difference<BackendTLSPolicy>[] {
    const found = take(this.policies, changes);
    for (const { before, after } of found) {
      for (const service of regroup(this.#policiesOf, servicesOf, before, after)) {
        const policies = this.#policiesOf.get(service);
        if (policies !== undefined) this.#policiesOf.set(service, sortPolicies(policies));
      }
    }
    return found;
  }

  takeOwnPolicies(changes: ResourceChanges): Difference<PolicyObject>[] {
    const all = Object.keys(POLICY_KINDS).flatMap((kind) => {
      const ofKind = (changes[COLLECTION_OF[kind as Kind]] ?? []) as readonly ObjectChange<never>[];
      const named = ofKind.map(({ key, object }) => ({ key: `${kind}/${key}`, object }));
      return take(this.ownPolicies as Map<string, never>, named) as readonly Difference<PolicyObject>[];
    });
    for (const { before, after } of all) {
      for (const target of regroup(this.#ownPoliciesFor, targetsOf, before, after)) {
        const policies = this.#ownPoliciesFor.get(target);
        if (policies !== undefined) this.#ownPoliciesFor.set(target, sortPolicies(policies));
      }
    }
    return all;
  }

  takeNamespaces(changes: readonly ObjectChange<Namespace>[] = []): Difference<Namespace>[] {
    return take(this.#namespaces, changes);
  }

  takeReferenceGrants(changes: readonly ObjectChange<ReferenceGrant>[] = []): Difference<ReferenceGrant>[] {
    const found = take(this.#referenceGrants, changes);
    if (found.length > 0) this.#grants = null;
    return found;
  }

  /** Returns the Services (`namespace/name`) whose slices are others now. */
  takeEndpointSlices(changes: readonly ObjectChange<EndpointSlice>[] = []): Set<string> {
    const services = new Set<string>();
    for (const { before, after } of take(this.#slices, changes)) {
      const service = (slice: EndpointSlice) => [serviceOf(slice)].filter((key) => key !== null);
      for (const key of regroup(this.endpointSlices, service, before, after)) {
        services.add(key);
        const slices = this.endpointSlices.get(key);
        if (slices !== undefined) this.endpointSlices.set(key, sortSlices(slices));
      }
    }
    return services;
  }
}

/** Takes an object out of the groups that it was in and puts it into those that it is in. Returns the keys of all of them. */
function regroup<T>(
  groups: Map<string, readonly T[]>,
  keysOf: (object: T) => readonly string[],
  before: T | null,
  after: T | null,
): Set<string> {
  const left = before === null ? [] : keysOf(before);
  const entered = after === null ? [] : keysOf(after);
  for (const key of left) {
    const others = groups.get(key)!.filter((other) => other !== before);
    if (others.length === 0) groups.delete(key);
    else groups.set(key, others);
  }
  for (const key of entered) groups.set(key, [...(groups.get(key) ?? []), after!]);
  return new Set([...left, ...entered]);
}

/** An object that is the same but for its version stays the object that it was. */
export function take<T extends Resource>(
  objects: Map<string, T>,
  changes: readonly ObjectChange<T>[] = [],
): Difference<T>[] {
  const found: Difference<T>[] = [];
  for (const { key, object } of changes) {
    const before = objects.get(key) ?? null;
    if (before === object || (before !== null && object !== null && sameObject(before, object))) continue;
    if (object === null) objects.delete(key);
    else objects.set(key, object);
    found.push({ key, before, after: object });
  }
  return found;
}
