/**
 * Translation step by step: the same result as translate() of the whole world, for the price of what a change can reach.
 *
 * An object that changes makes dirty whatever was planned with it: a route itself; a Service, a BackendTLSPolicy or a CA
 * certificate the routes that refer to it; a ListenerSet or Secret its Gateway;
 * an EndpointSlice the endpoints of its Service; a Gateway itself, and its routes if it lets in or serves others than
 * before; a GatewayClass, GatewayParameters, Namespace or ReferenceGrant all Gateways (they are few), and the routes that it may concern.
 */

import type { TableChange } from '../../ir/delta.ts';
import type { ObjectKey } from '../../ir/status.ts';
import type { EndpointSet, RoutingTable } from '../../ir/table.ts';
import { servicesOf } from '../backend-tls-policy.ts';
import { identityOf } from '../extension-filter/identity.ts';
import { type GatewayPlan, planGateways } from '../gateway.ts';
import { type GatewayClassPlan, planGatewayClasses } from '../gateway-class.ts';
import { planParameters } from '../gateway-parameters.ts';
import { liveEndpoints } from '../live-endpoints.ts';
import { keyOf } from '../object.ts';
import {
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
} from '../object-status.ts';
import { DEFAULT_OPTIONS, type TranslateOptions } from '../options.ts';
import { type ParentPlan, parentsOf } from '../parent.ts';
import { type Accounts, ObjectAccounts } from '../policy/account.ts';
import { targetId } from '../policy/kind.ts';
import { gatewaysOf, type Reach } from '../policy/reach.ts';
import { BackendCatalogue } from '../route/backend-ref.ts';
import { planRoute, type RoutePlan, routeKey, routeName } from '../route/plan.ts';
import { MatchIndex } from '../shadow.ts';
import { allRulesOf, rulesOf } from '../table.ts';
import { attachesAlike } from './alike.ts';
import type { ResourceChanges } from './changes.ts';
import { PairCount } from './count.ts';
import { Dirty } from './dirty.ts';
import { Intake } from './intake.ts';
import { parentReferent } from './references.ts';
import { RouteUses } from './route-uses.ts';
import { StatusList } from './status-list.ts';
import { TableList } from './table-list.ts';

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
  readonly #intake = new Intake();
  readonly #objects = this.#intake.objects;
  readonly #backends = new BackendCatalogue(this.#objects);
  readonly #gateways = new Map<string, GatewayPlan>();
  readonly #parents = new Map<string, ParentPlan>();
  readonly #routes = new Map<string, RoutePlan>();
  /** Number of routes by key of the listener. */
  readonly #attached = new Map<string, number>();
  /** Gateways that secure connections to a Service, if it asks for that: by how many routes. */
  readonly #securing = new PairCount();
  /** Routes (keys of `#routes`) that lead to an Aggregate (`namespace/name`). */
  readonly #aggregateUses = new RouteUses();
  /** Routes (keys of `#routes`) that use an HTTPRouteFilter (`namespace/name`). */
  readonly #filterUses = new RouteUses();
  /** Gateways (`namespace/name`) of which listeners use an HTTPRouteFilter. */
  readonly #listenerFilterUses = new RouteUses();
  /** Of the listeners of a Gateway: whether somebody finds out who their clients are. */
  readonly #identities = new Map<string, string>();
  readonly #matches = new MatchIndex();
  /** Routes (`HTTPRoute shop/cart`) whose status is to be written anew. */
  readonly #shadows = new Set<string>();
  readonly #tables = new TableList(this.#backends);
  readonly #statuses = new StatusList();
  readonly #reach: Reach = {
    isPlanned: (gateway) => this.#tables.has(gateway),
    routeGateways: (route) => new Set(this.#routes.get(route)?.listeners.values() ?? []),
    serviceGateways: (service) => this.#securing.of(service),
  };
  #classes: readonly GatewayClassPlan[] = [];
  /** GatewayParameters (`namespace/name`) that have a status. */
  #parameters: ReadonlySet<string> = new Set();
  #options = DEFAULT_OPTIONS;

  /**
   * The translation of the world as it is after `changes`. A key whose object is equal to the one before costs nothing.
   * When planning throws, nothing is lost: the next call makes up for it.
   */
  update(changes: ResourceChanges, options: TranslateOptions = DEFAULT_OPTIONS): TranslationStep {
    this.#intake.takeOptions(this.#options, options);
    this.#options = options;
    this.#intake.take(changes);
    for (const policy of this.#intake.forgotten) this.#backends.policies.forget(policy);
    this.#intake.forgotten.clear();
    for (const key of this.#intake.forgottenFilters) this.#backends.filters.forget(key);
    this.#intake.forgottenFilters.clear();
    if (this.#intake.dirty.allGateways) this.#planClasses();
    this.#refreshBackends();
    this.#planGateways();
    return this.#commit(this.#planRoutes());
  }

  /** What the objects say of a place as of the last update. */
  get accounts(): Accounts {
    return new ObjectAccounts(this.#objects, this.#backends, (kind, key) => this.#objects.routes.get(`${kind}/${key}`));
  }

  /** The endpoints that a backend has as of the last update, whether any route leads to it or not. */
  endpointsOf(backend: string): EndpointSet {
    return liveEndpoints(backend, this.#objects);
  }

  #planClasses(): void {
    const before = this.#classes;
    const { gatewayClasses, gatewayParameters } = this.#objects;
    this.#classes = planGatewayClasses([...gatewayClasses.values()], this.#options.controllerName, gatewayParameters);
    const names = new Set(this.#classes.map(({ gatewayClass }) => gatewayClass.metadata.name));
    for (const { gatewayClass } of before) {
      const { name } = gatewayClass.metadata;
      if (!names.has(name)) this.#statuses.delete(`GatewayClass//${name}`);
    }
    for (const plan of this.#classes) this.#statuses.set(statusOfClass(plan));
    this.#intake.dirty.classes = true;
  }

  #planGateways(): void {
    const dirty = this.#intake.dirty;
    if (!dirty.allGateways && dirty.gateways.size === 0) return;
    const { gateways } = this.#objects;
    // Gateways that share an address take ports from each other.
    const all = dirty.allGateways || this.#options.sharedAddress;
    const objects = all ? gateways.values() : valuesOf(gateways, dirty.gateways);
    const plans = planGateways(
      [...objects],
      this.#objects.listenerSetsOf,
      this.#classes,
      this.#objects,
      this.#backends,
      this.#options,
    );
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
    for (const filter of this.#listenerFilterUses.set(key, plan?.filterUses.keys() ?? [])) {
      this.#intake.dirty.filters.add(filter);
    }
    const identity = plan === undefined ? '' : this.#identityOf(plan);
    const hasOther = this.#identities.get(key) !== identity;
    if (plan === undefined) this.#identities.delete(key);
    else this.#identities.set(key, identity);
    const left = before === undefined ? [] : parentsOf(before);
    const brought = plan === undefined ? [] : parentsOf(plan);
    for (const set of before?.listenerSets ?? []) this.#intake.dirty.listenerSets.add(set.key);
    // A ListenerSet may have gone to another Gateway already.
    for (const [id] of left) if (this.#parents.get(id)?.gateway === key) this.#parents.delete(id);
    for (const [id, parent] of brought) this.#parents.set(id, parent);
    this.#intake.dirty.plannedGateways.add(key);
    if (before === undefined || plan === undefined || !attachesAlike(before, plan) || hasOther) {
      for (const [id] of [...left, ...brought]) this.#intake.addRoutesTo(parentReferent(id));
    }
  }

  #identityOf({ key, listeners }: GatewayPlan): string {
    const sections = ['', ...listeners.map(({ draft }) => draft.spec.name)];
    return sections.map((section) => identityOf({ gateway: key, section }, this.#backends.policies)).join();
  }

  #refreshBackends(): void {
    const { services, backends } = this.#intake.dirty;
    for (const service of services) for (const key of this.#backends.refresh(service)) backends.add(key);
    services.clear();
  }

  #planRoutes(): Map<string, RoutePlan | null> {
    const plans = new Map<string, RoutePlan | null>();
    for (const key of this.#intake.dirty.routes) {
      const route = this.#objects.routes.get(key);
      const { controllerName } = this.#options;
      const plan = route === undefined ? null : planRoute(route, this.#parents, this.#backends, controllerName);
      plans.set(key, plan);
    }
    return plans;
  }

  /** Puts into tables and statuses what was planned. Nothing here throws. */
  #commit(routes: ReadonlyMap<string, RoutePlan | null>): TranslationStep {
    const dirty = this.#intake.dirty;
    /** Gateways whose status may be another one. */
    const judged = new Set(dirty.plannedGateways);
    const goneTables: string[] = [];
    for (const key of dirty.plannedGateways) if (!this.#commitGateway(key)) goneTables.push(key);
    for (const [key, plan] of routes) this.#commitRoute(key, plan, judged);
    this.#judgeRoutes();
    for (const key of dirty.backends) this.#tables.refreshBackend(key);
    for (const key of judged) this.#judge(key);
    for (const key of dirty.listenerSets) {
      if (!this.#parents.has(`ListenerSet ${key}`)) this.#statuses.delete(`ListenerSet/${key}`);
    }
    for (const key of dirty.policies) this.#judgePolicy(key);
    for (const key of dirty.ownPolicies) this.#judgeOwnPolicy(key);
    for (const key of dirty.aggregates) this.#judgeAggregate(key);
    for (const key of dirty.filters) this.#judgeFilter(key);
    if (dirty.plannedGateways.size > 0 || dirty.classes) this.#judgeParameters();
    this.#intake.dirty = new Dirty();
    const tables = this.#tables.step();
    const { set, gone } = this.#statuses.step();
    return {
      tables: this.#tables.list,
      statuses: this.#statuses.list,
      changes: { tables, goneTables, statuses: set, goneStatuses: gone },
    };
  }

  /** False when the Gateway had a table and has none any more. */
  #commitGateway(key: string): boolean {
    const plan = this.#gateways.get(key);
    if (plan === undefined) {
      this.#intake.addOwnPoliciesFor(targetId('Gateway', key));
      return !this.#tables.delete(key);
    }
    this.#tables.setGateway(plan);
    this.#intake.addOwnPoliciesFor(targetId('Gateway', key));
    return true;
  }

  #commitRoute(key: string, plan: RoutePlan | null, judged: Set<string>): void {
    const before = this.#routes.get(key) ?? null;
    if (plan === null) this.#routes.delete(key);
    else this.#routes.set(key, plan);
    for (const [listener, gateway] of before?.listeners ?? []) this.#count(listener, gateway, -1, judged);
    for (const [listener, gateway] of plan?.listeners ?? []) this.#count(listener, gateway, 1, judged);
    const { dirty } = this.#intake;
    for (const aggregate of this.#aggregateUses.set(key, plan?.aggregates ?? [])) dirty.aggregates.add(aggregate);
    for (const filter of this.#filterUses.set(key, plan?.filters.keys() ?? [])) dirty.filters.add(filter);
    if (before !== null) this.#countSecuring(before, -1);
    if (plan !== null) this.#countSecuring(plan, 1);
    const known = plan ?? before;
    if (known === null) return;
    const id = routeKey(known.route);
    for (const gateway of new Set([...(before?.attachments.keys() ?? []), ...(plan?.attachments.keys() ?? [])])) {
      const place = this.#gateways.get(gateway);
      const rules = plan === null || place === undefined ? [] : rulesOf(plan, place);
      this.#tables.get(gateway)?.setRules(id, known.collection, rules);
    }
    const { kind } = known.route;
    this.#intake.addOwnPoliciesFor(targetId(kind, known.key));
    const name = routeName(known);
    for (const other of this.#matches.set(name, plan === null ? [] : allRulesOf(plan))) this.#shadows.add(other);
    if (plan === null) this.#statuses.delete(key);
    else this.#shadows.add(name);
  }

  /** Those whose own plan or neighbours are not as before. */
  #judgeRoutes(): void {
    for (const name of this.#shadows) {
      const plan = this.#routes.get(name.replace(' ', '/'));
      if (plan !== undefined) this.#statuses.set(statusOfRoute(plan, this.#matches.shadowOf(name)));
    }
    this.#shadows.clear();
  }

  /** `listener` is a key of the table. */
  #count(listener: string, gateway: string, by: 1 | -1, judged: Set<string>): void {
    const count = (this.#attached.get(listener) ?? 0) + by;
    if (count === 0) this.#attached.delete(listener);
    else this.#attached.set(listener, count);
    judged.add(gateway);
  }

  #countSecuring({ services, securing }: RoutePlan, by: 1 | -1): void {
    for (const service of services) {
      for (const gateway of securing) {
        if (!this.#securing.add(service, gateway, by)) continue;
        this.#intake.addPoliciesOf(service);
        this.#intake.addOwnPoliciesFor(targetId('Service', service));
      }
    }
  }

  #judge(gateway: string): void {
    const plan = this.#gateways.get(gateway);
    const attached = (listener: string) => this.#attached.get(listener) ?? 0;
    if (plan === undefined) this.#statuses.delete(`Gateway/${gateway}`);
    else this.#statuses.set(statusOfGateway(plan, attached));
    for (const set of plan?.listenerSets ?? []) this.#statuses.set(statusOfListenerSet(set, attached));
  }

  #judgePolicy(key: string): void {
    const policy = this.#objects.policies.get(key);
    const gateways = new Set(
      policy === undefined ? [] : servicesOf(policy).flatMap((service) => [...this.#securing.of(service)]),
    );
    const { controllerName } = this.#options;
    const status = policy === undefined ? null : statusOfPolicy(policy, gateways, this.#objects, controllerName);
    if (status === null) this.#statuses.delete(`BackendTLSPolicy/${key}`);
    else this.#statuses.set(status);
  }

  #judgeOwnPolicy(id: string): void {
    const policy = this.#objects.ownPolicies.get(id);
    const slash = id.indexOf('/');
    const key = `${id.slice(0, slash).toLowerCase()}${id.slice(slash)}`;
    const gateways = policy === undefined ? new Set<string>() : gatewaysOf(policy, this.#reach);
    const judgement = policy === undefined ? null : this.#backends.policies.judge(policy);
    this.#tables.setPolicy(key, gateways, judgement?.entry == null ? null : judgement);
    const { controllerName } = this.#options;
    const status =
      policy === undefined ? null : statusOfOwnPolicy(policy, gateways, this.#backends.policies, controllerName);
    if (status === null) this.#statuses.delete(id);
    else this.#statuses.set(status);
  }

  #judgeAggregate(key: string): void {
    const aggregate = this.#objects.aggregates.get(key);
    const resolved = this.#backends.aggregates.resolve(key);
    const routes = [...valuesOf(this.#routes, this.#aggregateUses.of(key))];
    const status =
      aggregate === undefined || resolved === null
        ? null
        : statusOfAggregate(aggregate, resolved, routes, this.#options.controllerName);
    if (status === null) this.#statuses.delete(`Aggregate/${key}`);
    else this.#statuses.set(status);
  }

  #judgeFilter(key: string): void {
    const resolved = this.#backends.filters.resolve(key);
    const routes = [...valuesOf(this.#routes, this.#filterUses.of(key))];
    const places = [...valuesOf(this.#gateways, this.#listenerFilterUses.of(key))];
    const isUsedBy = (gateway: string) =>
      routes.some(({ attachments }) => attachments.has(gateway)) || places.some((place) => place.key === gateway);
    this.#tables.setNeeds(`filter ${key}`, isUsedBy, this.#backends.filters.needsOf(key));
    const status = resolved === null ? null : statusOfFilter(resolved, routes, places, this.#options.controllerName);
    if (status === null) this.#statuses.delete(`HTTPRouteFilter/${key}`);
    else this.#statuses.set(status);
  }

  #judgeParameters(): void {
    const before = this.#parameters;
    const plans = planParameters(this.#classes, this.#gateways.values(), this.#options.controllerName);
    this.#parameters = new Set(plans.map(({ parameters }) => keyOf(parameters.metadata)));
    for (const key of before) if (!this.#parameters.has(key)) this.#statuses.delete(`GatewayParameters/${key}`);
    for (const plan of plans) this.#statuses.set(statusOfParameters(plan));
  }
}

function* valuesOf<T>(map: ReadonlyMap<string, T>, keys: Iterable<string>): Generator<T> {
  for (const key of keys) {
    const value = map.get(key);
    if (value !== undefined) yield value;
  }
}
