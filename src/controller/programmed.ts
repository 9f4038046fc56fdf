/** Truthful statuses: `Programmed` is True only for what every proxy that takes traffic has acknowledged. */
import type { Condition } from '../ir/status.ts';
import type { RoutingTable } from '../ir/table.ts';
import type { ObjectStatus, RouteObjectStatus } from '../translate/index.ts';
import { type Behind, behind } from './behind.ts';

/** How far a Gateway's proxies are. */
export type Progress = {
  /** What they should serve. */
  readonly desired: RoutingTable;
  /** What each proxy that takes traffic has acknowledged; null for one that has not yet. Empty: no proxy takes any. */
  readonly acknowledged: readonly (RoutingTable | null)[];
  /** Why a proxy refused `desired`; `''` when none did. */
  readonly refused: string;
};

/** Asked by the Gateway's `namespace/name`; null: nothing was ever given to its proxies. */
export type ProgressOf = (gateway: string) => Progress | null;

/** Our condition of a route, one for each of its parents. */
export const ROUTE_PROGRAMMED = 'headgate.dev/Programmed';

/** The API server bounds the rules of a route. */
const MAX_RULES = 16;

/** The Gateway (`namespace/name`) that a ListenerSet (`namespace/name`) belongs to; null when it belongs to none. */
export type GatewayOf = (listenerSet: string) => string | null;

/** Whatever has listeners. */
type Owner = Extract<ObjectStatus, { kind: 'Gateway' | 'ListenerSet' }>;

/**
 * The statuses of Gateways and ListenerSets as they may be shown: `Programmed=True` is withheld from each listener that a
 * proxy does not serve as it should yet, and from the object when there is such a listener. What the routes are does not
 * matter. A status from which nothing is withheld is returned as it is.
 */
export function withholdProgrammed(
  statuses: readonly ObjectStatus[],
  progressOf: ProgressOf,
  gatewayOf: GatewayOf,
): ObjectStatus[] {
  const lagOf = lags(progressOf);
  return statuses.map((object) => {
    const key = `${object.namespace}/${object.name}`;
    if (object.kind === 'Gateway') return shownOwner(object, lagOf(key));
    if (object.kind === 'ListenerSet') return shownOwner(object, lagOf(gatewayOf(key)));
    return object;
  });
}

/**
 * The routes' statuses with our condition for each parent that accepts the route: whether every proxy of that Gateway
 * serves the route's rules as they are now.
 */
export function addRouteProgrammed(
  statuses: readonly ObjectStatus[],
  progressOf: ProgressOf,
  gatewayOf: GatewayOf,
): ObjectStatus[] {
  const lagOf = lags(progressOf);
  return statuses.map((object) =>
    'parents' in object.status ? shownRoute(object as RouteObjectStatus, lagOf, gatewayOf) : object,
  );
}

/** Each Gateway's lag is worked out once. */
function lags(progressOf: ProgressOf): (gateway: string | null) => Lag {
  const known = new Map<string | null, Lag>();
  return (gateway) => {
    const lag = known.get(gateway) ?? lagFrom(gateway === null ? null : progressOf(gateway));
    known.set(gateway, lag);
    return lag;
  };
}

/** `behind` null: nothing is known to be served, and `message` says why. */
type Lag = { readonly desired: RoutingTable | null; readonly behind: Behind | null; readonly message: string };

function lagFrom(progress: Progress | null): Lag {
  const unheard = 'the proxies have not acknowledged the configuration yet';
  if (progress === null) return { desired: null, behind: null, message: unheard };
  const { desired, acknowledged, refused } = progress;
  if (acknowledged.length === 0) return { desired, behind: null, message: 'no proxy is ready' };
  const message = refused === '' ? unheard : `the proxies refused the configuration: ${refused}`;
  const tables = acknowledged.filter((table) => table !== null);
  return { desired, behind: tables.length < acknowledged.length ? null : behind(desired, tables), message };
}

function shownOwner<T extends Owner>(object: T, { behind: late, message }: Lag): T {
  if (late !== null && late.listeners.size === 0) return object;
  const { status, kind, namespace, name } = object;
  const isLate = (listener: string) =>
    late === null || late.listeners.has(`${kind.toLowerCase()}/${namespace}/${name}/${listener}`);
  // A ListenerSet has only its own listeners to answer for.
  if (kind === 'ListenerSet' && !status.listeners.some((listener) => isLate(listener.name))) return object;
  const withhold = (condition: Condition): Condition =>
    condition.type === 'Programmed' && condition.status === 'True'
      ? { ...condition, status: 'False', reason: 'Pending', message }
      : condition;
  return {
    ...object,
    status: {
      ...status,
      conditions: status.conditions.map(withhold),
      listeners: status.listeners.map((listener) =>
        isLate(listener.name) ? { ...listener, conditions: listener.conditions.map(withhold) } : listener,
      ),
    },
  };
}

/** What was shown of a status last, so that what did not change stays the same object. */
const lastShown = new WeakMap<RouteObjectStatus, { readonly added: string; readonly shown: RouteObjectStatus }>();

function shownRoute(
  object: RouteObjectStatus,
  lagOf: (gateway: string | null) => Lag,
  gatewayOf: GatewayOf,
): RouteObjectStatus {
  let added = '';
  const key = `${object.kind.toLowerCase()}/${object.namespace}/${object.name}`;
  const parents = object.status.parents.map((parent) => {
    const accepted = parent.conditions.find(({ type }) => type === 'Accepted');
    if (accepted?.status !== 'True') return parent;
    const { kind, namespace = object.namespace, name } = parent.parentRef;
    const gateway = kind === 'ListenerSet' ? gatewayOf(`${namespace}/${name}`) : `${namespace}/${name}`;
    const condition = routeCondition(key, lagOf(gateway), accepted.observedGeneration);
    added += `${condition.status} ${condition.reason} ${condition.message}\n`;
    return { ...parent, conditions: [...parent.conditions, condition] };
  });
  const last = lastShown.get(object);
  if (last?.added === added) return last.shown;
  const shown = { ...object, status: { parents } };
  lastShown.set(object, { added, shown });
  return shown;
}

function routeCondition(route: string, lag: Lag, observedGeneration: number): Condition {
  const condition = (status: 'True' | 'False', reason: string, message: string): Condition => {
    return { type: ROUTE_PROGRAMMED, status, reason, message, observedGeneration };
  };
  if (lag.desired !== null && !hasRule(lag.desired, route)) {
    return condition('False', 'NotServed', 'no listener that the route is attached to is served');
  }
  if (lag.behind === null || lag.behind.routes.has(route)) return condition('False', 'Pending', lag.message);
  return condition('True', 'Programmed', 'every ready proxy serves the route as it is');
}

function hasRule({ rules, streams }: RoutingTable, route: string): boolean {
  for (let index = 0; index < MAX_RULES; index++) {
    const key = `${route}/rule/${index}`;
    if (Object.hasOwn(rules, key) || Object.hasOwn(streams, key)) return true;
  }
  return false;
}
