/** What a change of objects or options makes dirty: whatever was planned with them. */
import type { BackendTLSPolicy } from '../../api/gateway/backend-tls-policy.ts';
import type { ListenerSet } from '../../api/gateway/listener-set.ts';
import { referentsOfAggregate } from '../aggregate.ts';
import { servicesOf } from '../backend-tls-policy.ts';
import { sameContent } from '../equal.ts';
import { FILTER_TYPES } from '../extension-filter/types.ts';
import { parentOf } from '../listener-set.ts';
import { keyOf } from '../object.ts';
import type { TranslateOptions } from '../options.ts';
import { type PolicyObject, placeOf, policyId, targetId, targetsOf } from '../policy/kind.ts';
import { POLICY_KINDS } from '../policy/kinds.ts';
import { resolvesAlike } from './alike.ts';
import type { ResourceChanges } from './changes.ts';
import { Dirty } from './dirty.ts';
import { KnownObjects, take } from './known-objects.ts';
import {
  aggregateReferent,
  authorityReferent,
  filterReferent,
  grantsReferent,
  References,
  referentsOfGateway,
  referentsOfListenerSet,
  referentsOfPolicy,
  referentsOfRoute,
  routeReferent,
  secretReferent,
  serviceReferent,
} from './references.ts';

export class Intake {
  readonly objects = new KnownObjects();
  /** Of Gateways, ListenerSets, policies and routes to other objects. */
  readonly #gatewayRefs = new References();
  readonly #listenerSetRefs = new References();
  readonly #policyRefs = new References();
  readonly #routeRefs = new References();
  readonly #ownPolicyRefs = new References();
  readonly #aggregateRefs = new References();
  readonly #filterRefs = new References();
  /** Policies of ours that refer to something that is not as it was. */
  readonly forgotten = new Set<PolicyObject>();
  /** HTTPRouteFilters (`namespace/name`) that do. */
  readonly forgottenFilters = new Set<string>();
  /** Replaced when all of it is done. */
  dirty = new Dirty();

  take(changes: ResourceChanges): void {
    this.#takeGatewayObjects(changes);
    this.#takeRouteObjects(changes);
    this.#takeOwnPolicies(changes);
    this.#takeAggregates(changes);
    this.#takeFilters(changes);
  }

  takeOptions(before: TranslateOptions, after: TranslateOptions): void {
    if (before === after) return;
    const { dirty, objects } = this;
    const isOther = before.controllerName !== after.controllerName;
    if (isOther) {
      for (const key of objects.routes.keys()) dirty.routes.add(key);
      for (const key of objects.policies.keys()) dirty.policies.add(key);
      for (const key of objects.ownPolicies.keys()) dirty.ownPolicies.add(key);
      for (const key of objects.aggregates.keys()) dirty.aggregates.add(key);
      for (const key of objects.httpRouteFilters.keys()) dirty.filters.add(key);
    }
    const sameAddresses =
      before.sharedAddress === after.sharedAddress && sameContent(before.defaultAddresses, after.defaultAddresses);
    if (isOther || !sameAddresses) dirty.allGateways = true;
    for (const name of ['addresses', 'clusterAddresses'] as const) {
      for (const key of new Set([...Object.keys(before[name]), ...Object.keys(after[name])])) {
        if (!sameContent(before[name][key], after[name][key])) dirty.gateways.add(key);
      }
    }
  }

  /** What Gateways are planned with. */
  #takeGatewayObjects(changes: ResourceChanges): void {
    const dirty = this.dirty;
    const objects = this.objects;
    if (take(objects.gatewayClasses, changes.gatewayClasses).length > 0) dirty.allGateways = true;
    if (take(objects.gatewayParameters, changes.gatewayParameters).length > 0) dirty.allGateways = true;
    for (const { key, after } of take(objects.gateways, changes.gateways)) {
      this.#gatewayRefs.set(key, after === null ? [] : referentsOfGateway(after));
      dirty.gateways.add(key);
      this.addOwnPoliciesFor(targetId('Gateway', key));
    }
    for (const { key, before, after } of objects.takeListenerSets(changes.listenerSets)) {
      this.#listenerSetRefs.set(key, after === null ? [] : referentsOfListenerSet(after));
      for (const set of [before, after]) if (set !== null) this.#addGatewayOf(set);
    }
    for (const { key } of take(objects.secrets, changes.secrets)) {
      this.#addGatewaysTo(secretReferent(key));
      this.#addOwnPoliciesTo(secretReferent(key));
      this.#addFiltersTo(secretReferent(key));
    }
    for (const { key } of take(objects.configMaps, changes.configMaps)) this.#addAuthority(key);
    for (const { key } of take(objects.clusterTrustBundles, changes.clusterTrustBundles)) this.#addAuthority(key);
    for (const { before, after } of objects.takeReferenceGrants(changes.referenceGrants)) {
      dirty.allGateways = true;
      const referent = grantsReferent((before ?? after)!.metadata.namespace);
      this.addRoutesTo(referent);
      this.#addOwnPoliciesTo(referent);
    }
    for (const { before, after } of objects.takeNamespaces(changes.namespaces)) {
      dirty.allGateways = true;
      const { name } = (before ?? after)!.metadata;
      for (const key of objects.routes.keys()) if (key.split('/')[1] === name) dirty.routes.add(key);
    }
  }

  /** What only routes and policies are planned with. */
  #takeRouteObjects(changes: ResourceChanges): void {
    const dirty = this.dirty;
    const objects = this.objects;
    for (const { key, after } of objects.takeRoutes(changes)) {
      this.#routeRefs.set(key, after === null ? [] : referentsOfRoute(after));
      dirty.routes.add(key);
      this.addRoutesTo(routeReferent(key));
      const slash = key.indexOf('/');
      this.addOwnPoliciesFor(targetId(key.slice(0, slash), key.slice(slash + 1)));
    }
    for (const { key, before, after } of take(objects.services, changes.services)) {
      dirty.services.add(key);
      if (resolvesAlike(before, after)) continue;
      this.#addGatewaysTo(serviceReferent(key));
      this.addRoutesTo(serviceReferent(key));
      this.addPoliciesOf(key);
      this.addOwnPoliciesFor(targetId('Service', key));
      this.#addOwnPoliciesTo(serviceReferent(key));
    }
    for (const service of objects.takeEndpointSlices(changes.endpointSlices)) dirty.services.add(service);
    for (const { key, before, after } of objects.takePolicies(changes.backendTLSPolicies)) {
      this.#policyRefs.set(key, after === null ? [] : referentsOfPolicy(after));
      for (const policy of [before, after]) if (policy !== null) this.#addPolicy(key, policy);
    }
  }

  #addGatewayOf(set: ListenerSet): void {
    const gateway = parentOf(set);
    if (gateway !== null) this.dirty.gateways.add(gateway);
  }

  #addGatewaysTo(referent: string): void {
    for (const gateway of this.#gatewayRefs.to(referent)) this.dirty.gateways.add(gateway);
    for (const key of this.#listenerSetRefs.to(referent)) this.#addGatewayOf(this.objects.listenerSets.get(key)!);
  }

  #addAuthority(key: string): void {
    this.#addGatewaysTo(authorityReferent(key));
    this.#addOwnPoliciesTo(authorityReferent(key));
    this.#addFiltersTo(authorityReferent(key));
    for (const policy of this.#policyRefs.to(authorityReferent(key))) {
      this.#addPolicy(policy, this.objects.policies.get(policy)!);
    }
  }

  #addPolicy(key: string, policy: BackendTLSPolicy): void {
    this.dirty.policies.add(key);
    for (const service of servicesOf(policy)) {
      this.dirty.services.add(service);
      this.#addGatewaysTo(serviceReferent(service));
      this.addRoutesTo(serviceReferent(service));
      this.addPoliciesOf(service);
    }
  }

  /** Policies for a Service (`namespace/name`). */
  addPoliciesOf(service: string): void {
    for (const { metadata } of this.objects.backendTLSPolicies(service)) this.dirty.policies.add(keyOf(metadata));
  }

  #takeOwnPolicies(changes: ResourceChanges): void {
    for (const { key, before, after } of this.objects.takeOwnPolicies(changes)) {
      this.#ownPolicyRefs.set(key, after === null ? [] : POLICY_KINDS[after.kind]!.referents(after));
      this.dirty.ownPolicies.add(key);
      for (const policy of [before, after]) if (policy !== null) this.#addTargetsOf(policy);
    }
  }

  #takeFilters(changes: ResourceChanges): void {
    for (const { key, after } of take(this.objects.httpRouteFilters, changes.httpRouteFilters)) {
      this.#filterRefs.set(key, after === null ? [] : FILTER_TYPES[after.spec.type].referents(after));
      this.dirty.filters.add(key);
      this.#addGatewaysTo(filterReferent(key));
      this.addRoutesTo(filterReferent(key));
    }
  }

  #addFiltersTo(referent: string): void {
    for (const key of this.#filterRefs.to(referent)) {
      this.forgottenFilters.add(key);
      this.dirty.filters.add(key);
      this.#addGatewaysTo(filterReferent(key));
      this.addRoutesTo(filterReferent(key));
    }
  }

  /** Whoever is planned with a policy, and the other policies for the same, of which another one may win now. */
  #addTargetsOf(policy: PolicyObject): void {
    for (const target of targetsOf(policy)) {
      const { kind, key } = placeOf(target);
      this.addOwnPoliciesFor(target);
      if (kind === 'Gateway') this.dirty.gateways.add(key);
      else if (kind === 'Service') this.dirty.services.add(key);
      else this.dirty.routes.add(`${kind}/${key}`);
    }
  }

  #addOwnPoliciesTo(referent: string): void {
    for (const key of this.#ownPolicyRefs.to(referent)) {
      const policy = this.objects.ownPolicies.get(key)!;
      this.forgotten.add(policy);
      this.dirty.ownPolicies.add(key);
      this.#addTargetsOf(policy);
    }
  }

  /** Policies of ours for a place. */
  addOwnPoliciesFor(target: string): void {
    for (const policy of this.objects.policiesFor(target)) this.dirty.ownPolicies.add(policyId(policy));
  }

  #takeAggregates(changes: ResourceChanges): void {
    for (const { key, after } of take(this.objects.aggregates, changes.aggregates)) {
      this.#aggregateRefs.set(key, after === null ? [] : referentsOfAggregate(after));
      this.#addAggregate(key);
    }
  }

  #addAggregate(key: string): void {
    this.dirty.aggregates.add(key);
    for (const route of this.#routeRefs.to(aggregateReferent(key))) this.dirty.routes.add(route);
  }

  /** Also those that lead there by way of an Aggregate. */
  addRoutesTo(referent: string): void {
    for (const route of this.#routeRefs.to(referent)) this.dirty.routes.add(route);
    for (const aggregate of this.#aggregateRefs.to(referent)) this.#addAggregate(aggregate);
  }
}
