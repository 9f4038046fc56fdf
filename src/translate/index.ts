/**
 * Translation: what the objects of the Gateway API ask for, as routing tables for proxies and statuses for users.
 *
 * A pure function of the whole world: no clock, no input or output, no log, nothing mutated. An object that is invalid has
 * a defined effect on traffic and a condition that says so; it is never an exception and never costs another object.
 */
import { COLLECTION_OF, type Resources } from '../api/resources.ts';
import { compareKeys } from '../ir/entries.ts';
import type { RoutingTable } from '../ir/table.ts';
import { servicesOf } from './backend-tls-policy.ts';
import { deepFreeze } from './freeze.ts';
import { type GatewayPlan, planGateways } from './gateway.ts';
import { planGatewayClasses } from './gateway-class.ts';
import { planParameters } from './gateway-parameters.ts';
import { parentOf } from './listener-set.ts';
import { lookupOf, ownPolicies } from './lookup.ts';
import { compare, keyOf } from './object.ts';
import {
  byObject,
  type ObjectStatus,
  statusOfAggregate,
  statusOfClass,
  statusOfFilter,
  statusOfGateway,
  statusOfListenerSet,
  statusOfOwnPolicy,
  statusOfParameters,
  statusOfPolicy,
  statusOfRoute,
} from './object-status.ts';
import { DEFAULT_OPTIONS, type TranslateOptions } from './options.ts';
import { parentsOf } from './parent.ts';
import { gatewaysOf } from './policy/reach.ts';
import { BackendCatalogue } from './route/backend-ref.ts';
import type { Route } from './route/kind.ts';
import { ROUTE_KINDS } from './route/kinds.ts';
import { planRoute, type RoutePlan, routeKey, routeName } from './route/plan.ts';
import { MatchIndex } from './shadow.ts';
import { allRulesOf, tableOf } from './table.ts';

export { parentOf as listenerSetParent } from './listener-set.ts';
export type { ObjectStatus, RouteObjectStatus } from './object-status.ts';
export { DEFAULT_OPTIONS, type TranslateOptions } from './options.ts';

export type Translation = {
  /** One for each Gateway of ours, by name; one that is not accepted has a table without listeners. */
  readonly tables: readonly RoutingTable[];
  /** Of every object that is ours, by kind, namespace and name. A route has one if one of its parents is ours. */
  readonly statuses: readonly ObjectStatus[];
};

export function translate(resources: Resources, options: TranslateOptions = DEFAULT_OPTIONS): Translation {
  const lookup = lookupOf(resources);
  const backends = new BackendCatalogue(lookup);

  const classes = planGatewayClasses(resources.gatewayClasses, options.controllerName, lookup.gatewayParameters);
  const sets = groupBy(resources.listenerSets, parentOf);
  const gateways = planGateways(resources.gateways, (key) => sets.get(key) ?? [], classes, lookup, backends, options);
  const parents = new Map(gateways.flatMap(parentsOf));
  const routes = ROUTE_KINDS.flatMap((kind) => resources[COLLECTION_OF[kind]] as readonly Route[])
    .map((route) => planRoute(route, parents, backends, options.controllerName))
    .filter((plan) => plan !== null)
    .sort((a, b) => compareKeys(routeKey(a.route), routeKey(b.route)));

  const attachedTo = new Map(
    routes.map((plan) => [`${plan.route.kind}/${plan.key}`, new Set(plan.listeners.values())]),
  );
  const matches = new MatchIndex();
  for (const plan of routes) matches.set(routeName(plan), allRulesOf(plan));
  const routesOf = groupByGateway(gateways, routes);
  const counts = countByListener(routes);
  const attached = (listener: string) => counts.get(listener) ?? 0;
  const securing = gatewaysByService(routes);
  const policies = ownPolicies(resources).map((policy) => ({
    policy,
    gateways: gatewaysOf(policy, {
      isPlanned: (key) => routesOf.has(key),
      routeGateways: (id) => attachedTo.get(id) ?? [],
      serviceGateways: (service) => securing.get(service) ?? [],
    }),
  }));
  const policiesOf = (gateway: string) =>
    policies.filter(({ gateways: those }) => those.has(gateway)).map(({ policy }) => policy);
  return deepFreeze({
    tables: gateways
      .map((gateway) => tableOf(gateway, routesOf.get(gateway.key) ?? [], policiesOf(gateway.key), backends))
      .sort((a, b) => compare(a.gateway, b.gateway)),
    statuses: [
      ...classes.map(statusOfClass),
      ...planParameters(classes, gateways, options.controllerName).map(statusOfParameters),
      ...gateways.map((plan) => statusOfGateway(plan, attached)),
      ...gateways.flatMap(({ listenerSets }) => listenerSets.map((plan) => statusOfListenerSet(plan, attached))),
      ...routes.map((plan) => statusOfRoute(plan, matches.shadowOf(routeName(plan)))),
      ...resources.backendTLSPolicies
        .map((policy) => {
          const ancestors = new Set(servicesOf(policy).flatMap((service) => [...(securing.get(service) ?? [])]));
          return statusOfPolicy(policy, ancestors, lookup, options.controllerName);
        })
        .filter((status) => status !== null),
      ...resources.aggregates
        .map((aggregate) => {
          const key = keyOf(aggregate.metadata);
          const leading = routes.filter(({ aggregates }) => aggregates.has(key));
          return statusOfAggregate(aggregate, backends.aggregates.resolve(key)!, leading, options.controllerName);
        })
        .filter((status) => status !== null),
      ...resources.httpRouteFilters
        .map(({ metadata }) => {
          const key = keyOf(metadata);
          const using = routes.filter(({ filters }) => filters.has(key));
          const places = gateways.filter(({ filterUses }) => filterUses.has(key));
          return statusOfFilter(backends.filters.resolve(key)!, using, places, options.controllerName);
        })
        .filter((status) => status !== null),
      ...policies
        .map(({ policy, gateways: those }) => {
          return statusOfOwnPolicy(policy, those, backends.policies, options.controllerName);
        })
        .filter((status) => status !== null),
    ].sort(byObject),
  });
}

function groupBy<T>(objects: readonly T[], keyOf: (object: T) => string | null): ReadonlyMap<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const object of objects) {
    const key = keyOf(object);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [object]);
    else group.push(object);
  }
  return groups;
}

function groupByGateway(
  gateways: readonly GatewayPlan[],
  routes: readonly RoutePlan[],
): ReadonlyMap<string, RoutePlan[]> {
  const groups = new Map<string, RoutePlan[]>(gateways.map(({ key }) => [key, []]));
  for (const route of routes) for (const gateway of route.attachments.keys()) groups.get(gateway)!.push(route);
  return groups;
}

function countByListener(routes: readonly RoutePlan[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { listeners } of routes) for (const key of listeners.keys()) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Which Gateways secure connections to a Service, if it asks for that. */
function gatewaysByService(routes: readonly RoutePlan[]): ReadonlyMap<string, ReadonlySet<string>> {
  const gateways = new Map<string, Set<string>>();
  for (const { services, securing } of routes) {
    for (const service of services) {
      const known = gateways.get(service) ?? new Set();
      gateways.set(service, known);
      for (const gateway of securing) known.add(gateway);
    }
  }
  return gateways;
}
