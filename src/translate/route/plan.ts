import type { ParentReference } from '../../api/gateway/parent-reference.ts';
import type { Condition } from '../../ir/status.ts';
import type { Attachment, Failure, WeightedBackend } from '../../ir/table.ts';
import * as routeCondition from '../condition/route.ts';
import { type GuardedListener, knowsClients } from '../extension-filter/identity.ts';
import { needsClaims, type UsageFault, usageFaults } from '../extension-filter/usage.ts';
import { generationOf, keyOf } from '../object.ts';
import { type ParentPlan, type Parents, parentKey } from '../parent.ts';
import type { PolicyBook } from '../policy/book.ts';
import { type AttachedListener, type AttachResult, attach, type Candidate } from './attach.ts';
import type { BackendCatalogue } from './backend-ref.ts';
import type { ConvertedRule, Route, RouteKind, RuleBody } from './kind.ts';
import { kindOf } from './kinds.ts';
import { rememberedEnding } from './remembered.ts';
import { closed } from './rule.ts';

export type RouteStatus = {
  readonly parents: readonly {
    readonly parentRef: ParentReference;
    readonly controllerName: string;
    readonly conditions: readonly Condition[];
  }[];
};

/** A route with at least one parent of this controller. */
export type RoutePlan = {
  readonly route: Route;
  /** `namespace/name`. */
  readonly key: string;
  readonly collection: RouteKind<Route>['collection'];
  readonly status: RouteStatus;
  readonly rules: readonly ConvertedRule[];
  /** Where it is served, by the key of the Gateway. */
  readonly attachments: ReadonlyMap<string, readonly Attachment[]>;
  /** Keys of all listeners that it is attached to, also of those that are not served, with the key of their Gateway. */
  readonly listeners: ReadonlyMap<string, string>;
  /** Gateways that would secure the connections to its backends (BackendTLSPolicy). */
  readonly securing: ReadonlySet<string>;
  /** Services (`namespace/name`) that it may refer to and does. */
  readonly services: ReadonlySet<string>;
  /** Aggregates (`namespace/name`) that it leads to. */
  readonly aggregates: ReadonlySet<string>;
  /** HTTPRouteFilters (`namespace/name`) that it refers to, with what is wrong with how it uses them. */
  readonly filters: ReadonlyMap<string, readonly string[]>;
};

/** What the keys of its rules begin with: `httproute/<namespace>/<name>`. */
export function routeKey({ kind, metadata }: Route): string {
  return `${kind.toLowerCase()}/${keyOf(metadata)}`;
}

/** `HTTPRoute shop/cart` */
export function routeName({ route, key }: RoutePlan): string {
  return `${route.kind} ${key}`;
}

/** Null for a route none of whose parents is one of `parents`: it is not this controller's. */
export function planRoute(
  route: Route,
  parents: Parents,
  backends: BackendCatalogue,
  controllerName: string,
): RoutePlan | null {
  const { namespace } = route.metadata;
  const refs = (route.spec.parentRefs ?? []).flatMap((ref) => {
    const parent = parents.get(parentKey(ref, namespace));
    return parent === undefined ? [] : [{ ref, parent }];
  });
  if (refs.length === 0) return null;
  const kind = kindOf(route);
  const generation = generationOf(route.metadata);
  const hostnames = [...new Set(kind.hostnames(route).map((hostname) => hostname.toLowerCase()))];
  const candidate: Candidate = { namespace, kind: route.kind, hostnames, generation };
  const places = refs.map(({ ref, parent }) => ({ ref, parent, result: attach(candidate, ref, parent) }));
  const securing = securingGateways(places);
  const converted = kind.convert(route, backends, securing.size > 0);
  const { policies } = backends;
  const guarded = listenersAt(places);
  const rules = converted.map((rule, index) => {
    const ending = withFilters(withPolicies(rule, route, policies), route, guarded, policies);
    return rememberedEnding(route.spec.rules![index]!, ending);
  });
  const verdict = judgeRules(rules, generation);

  const attachments = new Map<string, Map<string, Attachment>>();
  const listeners = new Map<string, string>();
  const status = places.map(({ ref, parent, result }) => {
    const accepted = result.ok ? verdict.accepted : result.condition;
    if (result.ok && verdict.accepted.status === 'True') {
      for (const { listener } of result.listeners) listeners.set(listener.draft.key, parent.gateway);
      serve(attachments, parent.gateway, result.listeners);
    }
    const partial = accepted.status === 'True' ? verdict.partiallyInvalid : [];
    return { parentRef: { ...ref }, controllerName, conditions: [accepted, verdict.resolvedRefs, ...partial] };
  });
  return {
    route,
    key: keyOf(route.metadata),
    collection: kind.collection,
    status: { parents: status },
    rules,
    attachments: new Map([...attachments].map(([gateway, found]) => [gateway, [...found.values()]])),
    listeners,
    securing,
    services: new Set(rules.flatMap(({ services }) => services)),
    aggregates: new Set(rules.flatMap(({ aggregates }) => aggregates)),
    filters: filtersOf(rules),
  };
}

/** The listeners that a route is attached to, as policies name them. */
function listenersAt(places: readonly { parent: ParentPlan; result: AttachResult }[]): GuardedListener[] {
  return places.flatMap(({ parent, result }) =>
    !result.ok
      ? []
      : result.listeners.map(({ listener: { draft } }) => ({
          gateway: parent.gateway,
          section: parent.kind === 'Gateway' ? draft.spec.name : '',
        })),
  );
}

/** A rule as the policies for it want it. */
function withPolicies(converted: ConvertedRule, { kind, metadata }: Route, policies: PolicyBook): ConvertedRule {
  const { body, report } = converted;
  if (body === null || !('filters' in body)) return converted;
  const { rule, closedBy } = policies.applyToRule({ kind, key: keyOf(metadata) }, body);
  if (rule === body) return converted;
  const faults = closedBy.map((why) => `${why}, so requests are answered with 500`);
  return { ...converted, body: rule, report: faults.length === 0 ? report : report.guardedBy(faults) };
}

/**
 * A rule whose matches and policies, with all that they add to it, give its filters what they need; closed where they do
 * not.
 */
function withFilters(
  converted: ConvertedRule,
  { kind, metadata }: Route,
  listeners: readonly GuardedListener[],
  policies: PolicyBook,
): ConvertedRule {
  const { body, report } = converted;
  if (body === null || !('filters' in body)) return converted;
  const isKnown = !needsClaims(body) || knowsClients({ kind, key: keyOf(metadata) }, body.name, listeners, policies);
  const { faults, fit } = fitted(body, isKnown);
  if (faults.length === 0) return converted;
  const messages = faults.map(({ field, filter, message }) => `${field}: HTTPRouteFilter ${filter} needs ${message}`);
  return { ...converted, body: fit, report: report.guardedBy(messages), usageFaults: faults };
}

type Fitted = { readonly faults: readonly UsageFault[]; readonly fit: RuleBody };

/** A rule that is as it was is closed as it was: where clients are known, and where they are not. */
const fittings = { known: new WeakMap<RuleBody, Fitted>(), unknown: new WeakMap<RuleBody, Fitted>() };

function fitted(body: RuleBody, knowsAll: boolean): Fitted {
  const those = knowsAll ? fittings.known : fittings.unknown;
  let fitting = those.get(body);
  if (fitting === undefined) {
    const faults = usageFaults(body, knowsAll);
    fitting = { faults, fit: faults.length === 0 ? body : closedAt(body, faults) };
    those.set(body, fitting);
  }
  return fitting;
}

function closedAt(body: RuleBody, faults: readonly UsageFault[]): RuleBody {
  const failure: Failure = { status: 500, reason: 'FilterInvalid' };
  if (faults.some(({ field }) => field === 'filters')) return { ...body, ...closed(failure) };
  const backends = body.backends.map((backend, index): WeightedBackend => {
    const isHit = faults.some(({ field }) => field === `backendRefs[${index}].filters`);
    return isHit ? { ...backend, backend: null, filters: [], failure } : backend;
  });
  return { ...body, backends };
}

function filtersOf(rules: readonly ConvertedRule[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [index, { filters, usageFaults: faults }] of rules.entries()) {
    for (const key of filters) {
      const own = faults.filter(({ filter }) => filter === key);
      const messages = own.map(({ field, message }) => `rules[${index}].${field}: needs ${message}`);
      found.set(key, [...(found.get(key) ?? []), ...messages]);
    }
  }
  return found;
}

/** Those that could encrypt what they pass on: what a listener passes through is encrypted already. */
function securingGateways(places: readonly { parent: ParentPlan; result: AttachResult }[]): Set<string> {
  const gateways = new Set<string>();
  for (const { parent, result } of places) {
    if (!result.ok) continue;
    const looking = result.listeners.some(({ listener: { draft } }) => {
      const { protocol } = draft.spec;
      return protocol !== 'UDP' && (protocol !== 'TLS' || !draft.plain);
    });
    if (looking) gateways.add(parent.gateway);
  }
  return gateways;
}

/** Two parentRefs may lead to the same listener; a listener that is not served gets no rule. */
function serve(
  attachments: Map<string, Map<string, Attachment>>,
  gateway: string,
  listeners: readonly AttachedListener[],
): void {
  for (const { listener, attachments: found } of listeners) {
    if (listener.entry === null) continue;
    const known = attachments.get(gateway) ?? new Map<string, Attachment>();
    attachments.set(gateway, known);
    for (const attachment of found) known.set(`${attachment.listener} ${attachment.routeHostname}`, attachment);
  }
}

type Verdict = {
  readonly accepted: Condition;
  readonly resolvedRefs: Condition;
  /** The PartiallyInvalid condition, which is either True or absent. */
  readonly partiallyInvalid: readonly Condition[];
};

/** What the rules say about the route, whatever the parent. */
function judgeRules(rules: readonly ConvertedRule[], generation: number): Verdict {
  const wrong: string[] = [];
  const unresolved = rules.flatMap(({ report }, index) =>
    report.unresolved.map(({ reason, message }) => ({ reason, message: `rules[${index}].${message}` })),
  );
  let bad = 0;
  for (const [index, { report }] of rules.entries()) {
    const own = report.invalid.length > 0 ? report.invalid : report.closed;
    // Without the route its requests could fall to another one, which nobody guards.
    const faults = own.length > 0 ? own : report.guarded;
    if (own.length > 0) bad++;
    if (faults.length > 0) wrong.push(`${index} (${faults.join('; ')})`);
  }
  const none = bad > 0 && bad === rules.length;
  const [first] = unresolved;
  const { accepted, unsupportedValue, partiallyInvalid, resolvedRefs, unresolvedRefs } = routeCondition;
  return {
    accepted: none ? unsupportedValue(`no rule is valid: ${wrong.join(', ')}`, generation) : accepted(generation),
    partiallyInvalid: !none && wrong.length > 0 ? [partiallyInvalid(wrong.join(', '), generation)] : [],
    resolvedRefs:
      first === undefined
        ? resolvedRefs(generation)
        : unresolvedRefs(first.reason, unresolved.map(({ message }) => message).join('; '), generation),
  };
}
