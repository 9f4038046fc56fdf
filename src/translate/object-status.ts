import type { BackendTLSPolicy } from '../api/gateway/backend-tls-policy.ts';
import type { AggregateBackend } from '../api/policy/aggregate.ts';
import type { ObjectKey } from '../ir/status.ts';
import type { ResolvedAggregate } from './aggregate.ts';
import { aggregateStatus } from './aggregate-status.ts';
import { backendTLSPolicyStatus } from './backend-tls-policy.ts';
import { shadowed } from './condition/route.ts';
import type { ResolvedFilter } from './extension-filter/book.ts';
import { filterStatus } from './extension-filter/status.ts';
import { type GatewayPlan, type GatewayStatus, gatewayStatus } from './gateway.ts';
import { type GatewayClassPlan, type GatewayClassStatus, gatewayClassStatus } from './gateway-class.ts';
import type { GatewayParametersPlan, GatewayParametersStatus } from './gateway-parameters.ts';
import { type ListenerSetPlan, type ListenerSetStatus, listenerSetStatus } from './listener-set.ts';
import type { Lookup } from './lookup.ts';
import { compare, generationOf, type Metadata } from './object.ts';
import type { PolicyStatus } from './policy/ancestors.ts';
import type { PolicyBook } from './policy/book.ts';
import { type PolicyObject, targetId, targetsOf } from './policy/kind.ts';
import type { PolicyKindName } from './policy/kinds.ts';
import { policyStatus } from './policy/status.ts';
import type { RouteKindName } from './route/kind.ts';
import type { RoutePlan, RouteStatus } from './route/plan.ts';

/** The shape of that kind's `.status`, without the times of transition. */
export type ObjectStatus =
  | (ObjectKey & { readonly kind: 'GatewayClass'; readonly status: GatewayClassStatus })
  | (ObjectKey & { readonly kind: 'Gateway'; readonly status: GatewayStatus })
  | (ObjectKey & { readonly kind: 'ListenerSet'; readonly status: ListenerSetStatus })
  | (ObjectKey & { readonly kind: 'GatewayParameters'; readonly status: GatewayParametersStatus })
  | RouteObjectStatus
  | PolicyObjectStatus
  | (ObjectKey & { readonly kind: 'BackendTLSPolicy'; readonly status: PolicyStatus });

/** All policies of ours have a status of the same shape, and so do Aggregates and filters. */
export type PolicyObjectStatus = ObjectKey & {
  readonly kind: PolicyKindName | 'Aggregate' | 'HTTPRouteFilter';
  readonly status: PolicyStatus;
  /** What the policy is for, as `targetsOf` names it. */
  readonly targets: readonly string[];
};

/** All kinds of route have a status of the same shape. */
export type RouteObjectStatus = ObjectKey & { readonly kind: RouteKindName; readonly status: RouteStatus };

export function statusOfClass(plan: GatewayClassPlan): ObjectStatus {
  return { kind: 'GatewayClass', ...nameOf(plan.gatewayClass.metadata), status: gatewayClassStatus(plan) };
}

/** `attached` gives the number of accepted routes of a listener, by its key. */
export function statusOfGateway(plan: GatewayPlan, attached: (listener: string) => number): ObjectStatus {
  return { kind: 'Gateway', ...nameOf(plan.gateway.metadata), status: gatewayStatus(plan, attached) };
}

export function statusOfParameters({ parameters, status }: GatewayParametersPlan): ObjectStatus {
  return { kind: 'GatewayParameters', ...nameOf(parameters.metadata), status };
}

/** `attached` as for a Gateway. */
export function statusOfListenerSet(plan: ListenerSetPlan, attached: (listener: string) => number): ObjectStatus {
  return { kind: 'ListenerSet', ...nameOf(plan.listenerSet.metadata), status: listenerSetStatus(plan, attached) };
}

/** `shadow`: what of it never gets a request, in sentences, or `''` (shadow.ts). */
export function statusOfRoute({ route, status }: RoutePlan, shadow: string): ObjectStatus {
  const head = { kind: route.kind, ...nameOf(route.metadata) };
  if (shadow === '') return { ...head, status };
  const told = shadowed(shadow, generationOf(route.metadata));
  const parents = status.parents.map((parent) => {
    const isAccepted = parent.conditions.some(({ type, status: is }) => type === 'Accepted' && is === 'True');
    return isAccepted ? { ...parent, conditions: [...parent.conditions, told] } : parent;
  });
  return { ...head, status: { parents } };
}

/** Null for a policy that no Gateway of ours has to do with. `gateways` as in backendTLSPolicyStatus. */
export function statusOfPolicy(
  policy: BackendTLSPolicy,
  gateways: ReadonlySet<string>,
  lookup: Lookup,
  controllerName: string,
): ObjectStatus | null {
  if (gateways.size === 0) return null;
  const status = backendTLSPolicyStatus(policy, gateways, lookup, controllerName);
  return { kind: 'BackendTLSPolicy', ...nameOf(policy.metadata), status };
}

/** The same of one of ours. */
export function statusOfOwnPolicy(
  policy: PolicyObject,
  gateways: Iterable<string>,
  book: PolicyBook,
  controllerName: string,
): ObjectStatus | null {
  const status = policyStatus(policy, gateways, book, controllerName);
  if (status === null) return null;
  return { kind: policy.kind as PolicyKindName, ...nameOf(policy.metadata), status, targets: targetsOf(policy) };
}

/** Of an Aggregate that `routes` lead to; null when none of them has to do with a Gateway of ours. */
export function statusOfAggregate(
  aggregate: AggregateBackend,
  resolved: ResolvedAggregate,
  routes: readonly RoutePlan[],
  controllerName: string,
): ObjectStatus | null {
  const status = aggregateStatus(aggregate, resolved, routes, controllerName);
  if (status === null) return null;
  const targets = routes.map(({ route, key }) => targetId(route.kind, key)).sort(compare);
  return { kind: 'Aggregate', ...nameOf(aggregate.metadata), status, targets };
}

/** Of an HTTPRouteFilter that `routes`, and listeners of `gateways`, use; null when none has to do with a Gateway of ours. */
export function statusOfFilter(
  resolved: ResolvedFilter,
  routes: readonly RoutePlan[],
  gateways: readonly GatewayPlan[],
  controllerName: string,
): ObjectStatus | null {
  const status = filterStatus(resolved, routes, gateways, controllerName);
  if (status === null) return null;
  const targets = [
    ...routes.map(({ route, key }) => targetId(route.kind, key)),
    ...gateways.map(({ key }) => targetId('Gateway', key)),
  ].sort(compare);
  return { kind: 'HTTPRouteFilter', ...nameOf(resolved.filter.metadata), status, targets };
}

/** By kind, namespace and name. */
export function byObject(a: ObjectKey, b: ObjectKey): number {
  return compare(a.kind, b.kind) || compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

function nameOf({ namespace = '', name }: Metadata): { readonly namespace: string; readonly name: string } {
  return { namespace, name };
}
