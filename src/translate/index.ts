/**
 * Translation: what the objects of the Gateway API ask for, as routing tables for proxies and statuses for users.
 *
 * A pure function of the whole world: no clock, no input or output, no log, nothing mutated. An object that is invalid has
 * a defined effect on traffic and a condition that says so; it is never an exception and never costs another object.
 */
import type { Resources } from '../api/resources.ts';
import type { RoutingTable } from '../ir/table.ts';
import { deepFreeze } from './freeze.ts';
import { type GatewayPlan, planGateways } from './gateway.ts';
import { planGatewayClasses } from './gateway-class.ts';
import { planParameters } from './gateway-parameters.ts';
import { lookupOf } from './lookup.ts';
import { compare } from './object.ts';
import {
  byObject,
  type ObjectStatus,
  statusOfClass,
  statusOfGateway,
  statusOfParameters,
  statusOfRoute,
} from './object-status.ts';
import { DEFAULT_OPTIONS, type TranslateOptions } from './options.ts';
import { BackendCatalogue } from './route/backend-ref.ts';
import { type HTTPRoutePlan, planHTTPRoute } from './route/http-route.ts';
import { tableOf } from './table.ts';

export type { ObjectStatus } from './object-status.ts';
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
  const gateways = planGateways(resources.gateways, classes, lookup, options);
  const gatewayOf = new Map(gateways.map((gateway) => [gateway.key, gateway]));
  const routes = resources.httpRoutes
    .map((route) => planHTTPRoute(route, gatewayOf, backends, options.controllerName))
    .filter((plan) => plan !== null)
    .sort((a, b) => compare(a.key, b.key));

  const routesOf = groupByGateway(gateways, routes);
  const attached = countByListener(routes);
  return deepFreeze({
    tables: gateways
      .map((gateway) => tableOf(gateway, routesOf.get(gateway.key) ?? [], backends))
      .sort((a, b) => compare(a.gateway, b.gateway)),
    statuses: [
      ...classes.map(statusOfClass),
      ...planParameters(classes, gateways, options.controllerName).map(statusOfParameters),
      ...gateways.map((plan) => statusOfGateway(plan, (listener) => attached.get(listener) ?? 0)),
      ...routes.map(statusOfRoute),
    ].sort(byObject),
  });
}

function groupByGateway(
  gateways: readonly GatewayPlan[],
  routes: readonly HTTPRoutePlan[],
): ReadonlyMap<string, HTTPRoutePlan[]> {
  const groups = new Map<string, HTTPRoutePlan[]>(gateways.map(({ key }) => [key, []]));
  for (const route of routes) for (const gateway of route.attachments.keys()) groups.get(gateway)!.push(route);
  return groups;
}

function countByListener(routes: readonly HTTPRoutePlan[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { listeners } of routes) for (const key of listeners) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
