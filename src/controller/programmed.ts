/** Truthful statuses: `Programmed` is True only for what every proxy that takes traffic has acknowledged. */
import type { Condition } from '../ir/status.ts';
import type { RoutingTable } from '../ir/table.ts';
import { mapsOf } from '../ir/table-maps.ts';
import type { ObjectStatus, RouteObjectStatus } from '../translate/index.ts';
import { type Behind, behind } from './behind.ts';
import { addPinned, type PinState, pinnedMessage } from './pin/status.ts';
import { isOwnPolicy, shownPolicy } from './policy-programmed.ts';

/** How far a Gateway's proxies are. */
export type Progress = {
  /** What they should serve. */
  readonly desired: RoutingTable;
  /** What each proxy that takes traffic has acknowledged; null for one that has not yet. Empty: no proxy takes any. */
  readonly acknowledged: readonly (RoutingTable | null)[];
  /** Why a proxy refused `desired`; `''` when none did. */
  readonly refused: string;
  /** Why the proxies are not to serve `desired` at all; missing when they are. */
  readonly pin?: PinState;
};

/** Our condition of a route, one for each of its parents. */
export const ROUTE_PROGRAMMED = 'headgate.dev/Programmed';

/** The API server bounds the rules of a route. */
const MAX_RULES = 16;

/** The Gateway (`namespace/name`) that a ListenerSet (`namespace/name`) belongs to; null when it belongs to none. */
export type GatewayOf = (listenerSet: string) => string | null;

/** Whatever has listeners. */
type Owner = Extract<ObjectStatus, { kind: 'Gateway' | 'ListenerSet' }>;

/** How a Gateway's proxies lag behind. `behind` null: nothing is known to be served. `reason` and `message` say why. */
export type Lag = {
  readonly desired: RoutingTable | null;
  readonly behind: Behind | null;
  readonly reason: 'Pending' | 'Pinned';
  readonly message: string;
  readonly pin: PinState | null;
};

/** Asked by the Gateway's `namespace/name`. */
export type LagOf = (gateway: string) => Lag;

/**
 * A status as it may be shown. `Programmed=True` is withheld from each listener that a proxy does not serve as it should
 * yet, and from the Gateway or ListenerSet when there is such a listener; what the routes are does not matter. A route gets
 * our condition for each parent that accepts it, and a policy of ours is programmed when all that it is about is. A status that is shown as it is stays the object that it was.
 */
export function shownStatus(object: ObjectStatus, lagOf: LagOf, gatewayOf: GatewayOf): ObjectStatus {
  const key = `${object.namespace}/${object.name}`;
  if (object.kind === 'Gateway') {
    const lag = lagOf(key);
    return addPinned(withholdProgrammed(object, lag), lag.pin);
  }
  if (isOwnPolicy(object)) return shownPolicy(object, lagOf);
  if (object.kind === 'ListenerSet') return withholdProgrammed(object, lagOfSet(key, lagOf, gatewayOf));
  return 'parents' in object.status ? addRouteProgrammed(object as RouteObjectStatus, lagOf, gatewayOf) : object;
}

function lagOfSet(key: string, lagOf: LagOf, gatewayOf: GatewayOf): Lag {
  const gateway = gatewayOf(key);
  return gateway === null ? lagFrom(null) : lagOf(gateway);
}

/** @param progress null: nothing was ever given to the proxies. */
export function lagFrom(progress: Progress | null): Lag {
  const [reason, message] = whyBehind(progress);
  if (progress === null) return { desired: null, behind: null, reason, message, pin: null };
  const { desired, acknowledged, pin = null } = progress;
  const tables = acknowledged.filter((table) => table !== null);
  const unknown = tables.length === 0 || tables.length < acknowledged.length;
  return { desired, behind: unknown ? null : behind(desired, tables), reason, message, pin };
}

function whyBehind(progress: Progress | null): [Lag['reason'], string] {
  if (progress?.acknowledged.length === 0) return ['Pending', 'no proxy is ready'];
  const refused = progress?.refused ?? '';
  if (refused !== '') return ['Pending', `the proxies refused the configuration: ${refused}`];
  const pin = progress?.pin?.pin ?? 'unreadable';
  if (pin !== 'unreadable') return ['Pinned', pinnedMessage(pin)];
  return ['Pending', 'the proxies have not acknowledged the configuration yet'];
}

export function withholdProgrammed<T extends Owner>(object: T, { behind: late, reason, message }: Lag): T {
  if (late !== null && late.listeners.size === 0) return object;
  const { status, kind, namespace, name } = object;
  const isLate = (listener: string) =>
    late === null || late.listeners.has(`${kind.toLowerCase()}/${namespace}/${name}/${listener}`);
  // A ListenerSet has only its own listeners to answer for.
  if (kind === 'ListenerSet' && !status.listeners.some((listener) => isLate(listener.name))) return object;
  const withhold = (condition: Condition): Condition =>
    condition.type === 'Programmed' && condition.status === 'True'
      ? { ...condition, status: 'False', reason, message }
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

function addRouteProgrammed(object: RouteObjectStatus, lagOf: LagOf, gatewayOf: GatewayOf): RouteObjectStatus {
  let added = '';
  const key = `${object.kind.toLowerCase()}/${object.namespace}/${object.name}`;
  const parents = object.status.parents.map((parent) => {
    const accepted = parent.conditions.find(({ type }) => type === 'Accepted');
    if (accepted?.status !== 'True') return parent;
    const { kind, namespace = object.namespace, name } = parent.parentRef;
    const parentKey = `${namespace}/${name}`;
    const lag = kind === 'ListenerSet' ? lagOfSet(parentKey, lagOf, gatewayOf) : lagOf(parentKey);
    const condition = routeCondition(key, lag, accepted.observedGeneration);
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
  if (lag.behind === null || lag.behind.routes.has(route)) return condition('False', lag.reason, lag.message);
  return condition('True', 'Programmed', 'every ready proxy serves the route as it is');
}

function hasRule(table: RoutingTable, route: string): boolean {
  const { rules, streams } = mapsOf(table);
  for (let index = 0; index < MAX_RULES; index++) {
    const key = `${route}/rule/${index}`;
    if (rules.has(key) || streams.has(key)) return true;
  }
  return false;
}
