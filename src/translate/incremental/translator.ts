/**
 * Translation step by step: the same result as translate() of the whole world, for the price of what a change can reach.
 *
 * An object that changes makes dirty whatever was planned with it: a route itself; a Service the routes that refer to it;
 * an EndpointSlice the endpoints of its Service; a Gateway itself, and its routes if it lets in or serves others than
 * before; a GatewayClass, GatewayParameters, Namespace or ReferenceGrant all Gateways (they are few), and the routes that it may concern.
 */

import type { Service } from '../../api/core/service.ts';
import type { TableChange } from '../../ir/delta.ts';
import type { ObjectKey } from '../../ir/status.ts';
import type { EndpointSet, RoutingTable } from '../../ir/table.ts';
import { type GatewayPlan, planGateways } from '../gateway.ts';
import { type GatewayClassPlan, planGatewayClasses } from '../gateway-class.ts';
import { planParameters } from '../gateway-parameters.ts';
import { liveEndpoints } from '../live-endpoints.ts';
import { compare, keyOf } from '../object.ts';
import {
  type ObjectStatus,
  statusOfClass,
  statusOfGateway,
  statusOfParameters,
  statusOfRoute,
} from '../object-status.ts';
import { DEFAULT_OPTIONS, type TranslateOptions } from '../options.ts';
import { BackendCatalogue } from '../route/backend-ref.ts';
import { type HTTPRoutePlan, planHTTPRoute } from '../route/http-route.ts';
import { listenersOf, rulesOf } from '../table.ts';
import type { ResourceChanges } from './changes.ts';
import { Dirty } from './dirty.ts';
import { sameContent } from './equal.ts';
import { KnownObjects, take } from './known-objects.ts';
import {
  gatewayReferent,
  grantsReferent,
  References,
  referentsOfGateway,
  referentsOfRoute,
  secretReferent,
  serviceReferent,
} from './references.ts';
import { StatusList } from './status-list.ts';
import { TableState } from './table-state.ts';

/** A translation, and how it differs from the one before. */
export type TranslationStep = {
  /** As in Translation. What did not change is the same object as before, also the lists as a whole. */
  readonly tables: readonly RoutingTable[];
  readonly statuses: readonly ObjectStatus[];
  readonly changes: {
    readonly tables: readonly TableChange[];
    /** Gateways (`namespace/name`) that have no table any more. */
    readonly goneTables: readonly string[];
    readonly statuses: readonly ObjectStatus[];
    /** Objects that have no status of ours any more. */
    readonly goneStatuses: readonly ObjectKey[];
  };
};

export class IncrementalTranslator {
  readonly #objects = new KnownObjects();
  readonly #backends = new BackendCatalogue(this.#objects);
  /** Of Gateways and routes to other objects. */
  readonly #gatewayRefs = new References();
  readonly #routeRefs = new References();
  readonly #gateways = new Map<string, GatewayPlan>();
  readonly #routes = new Map<string, HTTPRoutePlan>();
  /** Number of routes by key of the listener. */
  readonly #attached = new Map<string, number>();
  readonly #states = new Map<string, TableState>();
  readonly #statuses = new StatusList();
  #classes: readonly GatewayClassPlan[] = [];
  /** GatewayParameters (`namespace/name`) that have a status. */
  #parameters: ReadonlySet<string> = new Set();
  #options = DEFAULT_OPTIONS;
  #tables: readonly RoutingTable[] = [];
  #dirty = new Dirty();

  /**
   * The translation of the world as it is after `changes`. A key whose object is equal to the one before costs nothing.
   * When planning throws, nothing is lost: the next call makes up for it.
   */
  update(changes: ResourceChanges, options: TranslateOptions = DEFAULT_OPTIONS): TranslationStep {
    this.#takeOptions(options);
    this.#takeObjects(changes);
    if (this.#dirty.allGateways) this.#planClasses();
    this.#planGateways();
    this.#refreshBackends();
    return this.#commit(this.#planRoutes());
  }

  /** The endpoints that a backend has as of the last update, whether any route leads to it or not. */
  endpointsOf(backend: string): EndpointSet {
    return liveEndpoints(backend, this.#objects);
  }

  #takeOptions(options: TranslateOptions): void {
    const before = this.#options;
    this.#options = options;
    if (before === options) return;
    const dirty = this.#dirty;
    if (before.controllerName !== options.controllerName)
      for (const key of this.#objects.httpRoutes.keys()) dirty.routes.add(key);
    if (
      before.controllerName !== options.controllerName ||
      before.sharedAddress !== options.sharedAddress ||
      !sameContent(before.defaultAddresses, options.defaultAddresses)
    ) {
      dirty.allGateways = true;
    }
    for (const key of new Set([...Object.keys(before.addresses), ...Object.keys(options.addresses)])) {
      if (!sameContent(before.addresses[key], options.addresses[key])) dirty.gateways.add(key);
    }
  }

  #takeObjects(changes: ResourceChanges): void {
    const dirty = this.#dirty;
    const objects = this.#objects;
    if (take(objects.gatewayClasses, changes.gatewayClasses).length > 0) dirty.allGateways = true;
    if (take(objects.gatewayParameters, changes.gatewayParameters).length > 0) dirty.allGateways = true;
    for (const { key, after } of take(objects.gateways, changes.gateways)) {
      this.#gatewayRefs.set(key, after === null ? [] : referentsOfGateway(after));
      dirty.gateways.add(key);
    }
    for (const { key, after } of take(objects.httpRoutes, changes.httpRoutes)) {
      this.#routeRefs.set(key, after === null ? [] : referentsOfRoute(after));
      dirty.routes.add(key);
    }
    for (const { key } of take(objects.secrets, changes.secrets)) {
      for (const gateway of this.#gatewayRefs.to(secretReferent(key))) dirty.gateways.add(gateway);
    }
    for (const { key, before, after } of take(objects.services, changes.services)) {
      dirty.services.add(key);
      if (!resolvesAlike(before, after)) this.#addRoutesTo(serviceReferent(key));
    }
    for (const service of objects.takeEndpointSlices(changes.endpointSlices)) dirty.services.add(service);
    for (const { before, after } of objects.takeReferenceGrants(changes.referenceGrants)) {
      dirty.allGateways = true;
      this.#addRoutesTo(grantsReferent((before ?? after)!.metadata.namespace));
    }
    for (const { before, after } of objects.takeNamespaces(changes.namespaces)) {
      dirty.allGateways = true;
      const prefix = `${(before ?? after)!.metadata.name}/`;
      for (const key of objects.httpRoutes.keys()) if (key.startsWith(prefix)) dirty.routes.add(key);
    }
  }

  #addRoutesTo(referent: string): void {
    for (const route of this.#routeRefs.to(referent)) this.#dirty.routes.add(route);
  }

  #planClasses(): void {
    const before = this.#classes;
    const { gatewayClasses, gatewayParameters } = this.#objects;
    this.#classes = planGatewayClasses([...gatewayClasses.values()], this.#options.controllerName, gatewayParameters);
    const names = new Set(this.#classes.map(({ gatewayClass }) => gatewayClass.metadata.name));
    for (const { gatewayClass } of before) {
      const { name } = gatewayClass.metadata;
      if (!names.has(name)) this.#statuses.delete('GatewayClass', `/${name}`);
    }
    for (const plan of this.#classes) this.#statuses.set(statusOfClass(plan));
    this.#dirty.classes = true;
  }

  #planGateways(): void {
    const dirty = this.#dirty;
    if (!dirty.allGateways && dirty.gateways.size === 0) return;
    const { gateways } = this.#objects;
    // Gateways that share an address take ports from each other.
    const all = dirty.allGateways || this.#options.sharedAddress;
    const objects = all ? gateways.values() : valuesOf(gateways, dirty.gateways);
    const plans = planGateways([...objects], this.#classes, this.#objects, this.#options);
    const planned = new Map(plans.map((plan) => [plan.key, plan]));
    const keys = all ? new Set([...this.#gateways.keys(), ...planned.keys()]) : dirty.gateways;
    for (const key of keys) this.#setGateway(key, planned.get(key));
    dirty.allGateways = false;
    dirty.gateways.clear();
  }

  #setGateway(key: string, plan: GatewayPlan | undefined): void {
    const before = this.#gateways.get(key);
    if (before === undefined && plan === undefined) return;
    if (plan === undefined) this.#gateways.delete(key);
    else this.#gateways.set(key, plan);
    this.#dirty.plannedGateways.add(key);
    if (before === undefined || plan === undefined || !attachesAlike(before, plan)) {
      this.#addRoutesTo(gatewayReferent(key));
    }
  }

  #refreshBackends(): void {
    const { services, backends } = this.#dirty;
    for (const service of services) for (const key of this.#backends.refresh(service)) backends.add(key);
    services.clear();
  }

  #planRoutes(): Map<string, HTTPRoutePlan | null> {
    const plans = new Map<string, HTTPRoutePlan | null>();
    for (const key of this.#dirty.routes) {
      const route = this.#objects.httpRoutes.get(key);
      const { controllerName } = this.#options;
      const plan = route === undefined ? null : planHTTPRoute(route, this.#gateways, this.#backends, controllerName);
      plans.set(key, plan);
    }
    return plans;
  }

  /** Puts into tables and statuses what was planned. Nothing here throws. */
  #commit(routes: ReadonlyMap<string, HTTPRoutePlan | null>): TranslationStep {
    const dirty = this.#dirty;
    /** Gateways whose status may be another one. */
    const judged = new Set(dirty.plannedGateways);
    const goneTables: string[] = [];
    for (const key of dirty.plannedGateways) if (!this.#commitGateway(key)) goneTables.push(key);
    for (const [key, plan] of routes) this.#commitRoute(key, plan, judged);
    for (const key of dirty.backends) for (const state of this.#states.values()) state.refreshBackend(key);
    for (const key of judged) this.#judge(key);
    if (dirty.plannedGateways.size > 0 || dirty.classes) this.#judgeParameters();
    this.#dirty = new Dirty();
    const tables = this.#stepTables();
    const { set, gone } = this.#statuses.step();
    return {
      tables: this.#tables,
      statuses: this.#statuses.list,
      changes: { tables, goneTables, statuses: set, goneStatuses: gone },
    };
  }

  /** False when the Gateway had a table and has none any more. */
  #commitGateway(key: string): boolean {
    const plan = this.#gateways.get(key);
    if (plan === undefined) return !this.#states.delete(key);
    const state = this.#states.get(key) ?? new TableState(key, this.#backends);
    this.#states.set(key, state);
    state.setListeners(listenersOf(plan));
    return true;
  }

  #commitRoute(key: string, plan: HTTPRoutePlan | null, judged: Set<string>): void {
    const before = this.#routes.get(key) ?? null;
    if (plan === null) this.#routes.delete(key);
    else this.#routes.set(key, plan);
    for (const listener of before?.listeners ?? []) this.#count(listener, -1, judged);
    for (const listener of plan?.listeners ?? []) this.#count(listener, 1, judged);
    for (const gateway of new Set([...(before?.attachments.keys() ?? []), ...(plan?.attachments.keys() ?? [])])) {
      this.#states.get(gateway)?.setRules(key, plan === null ? [] : rulesOf(plan, gateway));
    }
    if (plan === null) this.#statuses.delete('HTTPRoute', key);
    else this.#statuses.set(statusOfRoute(plan));
  }

  /** `listener` is a key of the table: `gateway/<namespace>/<name>/<listener>`. */
  #count(listener: string, by: 1 | -1, judged: Set<string>): void {
    const count = (this.#attached.get(listener) ?? 0) + by;
    if (count === 0) this.#attached.delete(listener);
    else this.#attached.set(listener, count);
    judged.add(listener.slice(listener.indexOf('/') + 1, listener.lastIndexOf('/')));
  }

  #judge(gateway: string): void {
    const plan = this.#gateways.get(gateway);
    if (plan === undefined) this.#statuses.delete('Gateway', gateway);
    else this.#statuses.set(statusOfGateway(plan, (listener) => this.#attached.get(listener) ?? 0));
  }

  #judgeParameters(): void {
    const before = this.#parameters;
    const plans = planParameters(this.#classes, this.#gateways.values(), this.#options.controllerName);
    this.#parameters = new Set(plans.map(({ parameters }) => keyOf(parameters.metadata)));
    for (const key of before) if (!this.#parameters.has(key)) this.#statuses.delete('GatewayParameters', key);
    for (const plan of plans) this.#statuses.set(statusOfParameters(plan));
  }

  #stepTables(): TableChange[] {
    const changes: TableChange[] = [];
    for (const state of this.#states.values()) {
      const change = state.step();
      if (change !== null) changes.push(change);
    }
    const sameGateways =
      this.#tables.length === this.#states.size && this.#tables.every(({ gateway }) => this.#states.has(gateway));
    if (changes.length === 0 && sameGateways) return changes;
    const keys = sameGateways ? this.#tables.map(({ gateway }) => gateway) : [...this.#states.keys()].sort(compare);
    this.#tables = Object.freeze(keys.map((key) => this.#states.get(key)!.table));
    return changes;
  }
}

/** Whether routes attach to a Gateway as they did before, and to listeners that are served as they were. */
function attachesAlike(before: GatewayPlan, after: GatewayPlan): boolean {
  // Which labels a namespace has is not looked at: of a Namespace that changes, all routes are planned again.
  const seen = ({ listeners }: GatewayPlan) =>
    listeners.map(({ draft: { spec, hostname, kinds }, entry }) => {
      const { name, port, allowedRoutes } = spec;
      return { name, port, allowedRoutes, hostname, kinds, served: entry !== null };
    });
  return sameContent(seen(before), seen(after));
}

function* valuesOf<T>(map: ReadonlyMap<string, T>, keys: Iterable<string>): Generator<T> {
  for (const key of keys) {
    const value = map.get(key);
    if (value !== undefined) yield value;
  }
}

/** Whether references to a Service lead to the same as before, whatever its endpoints are. */
function resolvesAlike(before: Service | null, after: Service | null): boolean {
  if (before === null || after === null) return false;
  return before.spec.type === after.spec.type && sameContent(before.spec.ports, after.spec.ports);
}
