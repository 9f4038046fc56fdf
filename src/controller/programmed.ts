/** Truthful statuses: `Programmed` is True only for what every proxy that takes traffic has acknowledged. */
import type { Condition } from '../ir/status.ts';
import type { RoutingTable } from '../ir/table.ts';
import type { ObjectStatus } from '../translate/index.ts';
import { type Behind, behind } from './behind.ts';

/** How far a Gateway's proxies are. */
export type Progress = {
  /** What they should serve. */
  readonly desired: RoutingTable;
  /** What each proxy that takes traffic has acknowledged; null for one that has not yet. Empty: no proxy takes any. */
  readonly acknowledged: readonly (RoutingTable | null)[];
  /** Why a proxy refused `desired`; `''` when none did. */
  readonly refused: string;
  /** Why the proxies are not to serve `desired` at all; missing when they are. */
  readonly pinned?: string;
};

/** Asked by the Gateway's `namespace/name`; null: nothing was ever given to its proxies. */
export type ProgressOf = (gateway: string) => Progress | null;

/** Our condition of a route, one for each of its parents. */
export const ROUTE_PROGRAMMED = 'headgate.dev/Programmed';

/** The API server bounds the rules of a route. */
const MAX_RULES = 16;

type Gateway = Extract<ObjectStatus, { kind: 'Gateway' }>;
type HTTPRoute = Extract<ObjectStatus, { kind: 'HTTPRoute' }>;

/**
 * The Gateways' statuses as they may be shown: `Programmed=True` is withheld from each listener that a proxy does not
 * serve as it should yet, and from the Gateway when there is such a listener. What the routes are does not matter.
 * A status from which nothing is withheld is returned as it is.
 */
export function withholdProgrammed(statuses: readonly ObjectStatus[], progressOf: ProgressOf): ObjectStatus[] {
  return statuses.map((object) =>
    object.kind === 'Gateway' ? shownGateway(object, progressOf(`${object.namespace}/${object.name}`)) : object,
  );
}

/**
 * The HTTPRoutes' statuses with our condition for each parent that accepts the route: whether every proxy of that
 * Gateway serves the route's rules as they are now.
 */
export function addRouteProgrammed(statuses: readonly ObjectStatus[], progressOf: ProgressOf): ObjectStatus[] {
  const known = new Map<string, Lag>();
  const lagOf = (gateway: string): Lag => {
    const lag = known.get(gateway) ?? lagFrom(progressOf(gateway));
    known.set(gateway, lag);
    return lag;
  };
  return statuses.map((object) => (object.kind === 'HTTPRoute' ? shownRoute(object, lagOf) : object));
}

/** `behind` null: nothing is known to be served, and `message` says why. */
type Lag = {
  readonly desired: RoutingTable | null;
  readonly behind: Behind | null;
  readonly reason: 'Pending' | 'Pinned';
  readonly message: string;
};

function lagFrom(progress: Progress | null): Lag {
  const unheard = 'the proxies have not acknowledged the configuration yet';
  if (progress === null) return { desired: null, behind: null, reason: 'Pending', message: unheard };
  const { desired, acknowledged, refused, pinned } = progress;
  if (acknowledged.length === 0) return { desired, behind: null, reason: 'Pending', message: 'no proxy is ready' };
  const tables = acknowledged.filter((table) => table !== null);
  const late = tables.length < acknowledged.length ? null : behind(desired, tables);
  if (refused !== '') {
    return { desired, behind: late, reason: 'Pending', message: `the proxies refused the configuration: ${refused}` };
  }
  if (pinned !== undefined) return { desired, behind: late, reason: 'Pinned', message: pinned };
  return { desired, behind: late, reason: 'Pending', message: unheard };
}

function shownGateway(object: Gateway, progress: Progress | null): Gateway {
  const { behind: late, reason, message } = lagFrom(progress);
  if (late !== null && late.listeners.size === 0) return object;
  const withhold = (condition: Condition): Condition =>
    condition.type === 'Programmed' && condition.status === 'True'
      ? { ...condition, status: 'False', reason, message }
      : condition;
  const { status, namespace, name } = object;
  return {
    ...object,
    status: {
      ...status,
      conditions: status.conditions.map(withhold),
      listeners: status.listeners.map((listener) =>
        late === null || late.listeners.has(`gateway/${namespace}/${name}/${listener.name}`)
          ? { ...listener, conditions: listener.conditions.map(withhold) }
          : listener,
      ),
    },
  };
}

/** What was shown of a status last, so that what did not change stays the same object. */
const lastShown = new WeakMap<HTTPRoute, { readonly added: string; readonly shown: HTTPRoute }>();

function shownRoute(object: HTTPRoute, lagOf: (gateway: string) => Lag): HTTPRoute {
  let added = '';
  const key = `httproute/${object.namespace}/${object.name}`;
  const parents = object.status.parents.map((parent) => {
    const accepted = parent.conditions.find(({ type }) => type === 'Accepted');
    if (accepted?.status !== 'True') return parent;
    const { namespace = object.namespace, name } = parent.parentRef;
    const condition = routeCondition(key, lagOf(`${namespace}/${name}`), accepted.observedGeneration);
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

function hasRule({ rules }: RoutingTable, route: string): boolean {
  for (let index = 0; index < MAX_RULES; index++) if (Object.hasOwn(rules, `${route}/rule/${index}`)) return true;
  return false;
}
