import type { ParentReference } from '../../api/gateway/parent-reference.ts';
import type { Condition } from '../../ir/status.ts';
import type { Attachment, Failure, WeightedBackend } from '../../ir/table.ts';
import * as routeCondition from '../condition/route.ts';
import { type UsageFault, usageFaults } from '../extension-filter/usage.ts';
import { generationOf, keyOf } from '../object.ts';
import { type ParentPlan, type Parents, parentKey } from '../parent.ts';
import type { PolicyBook } from '../policy/book.ts';
import { type AttachedListener, type AttachResult, attach, type Candidate } from './attach.ts';
import type { BackendCatalogue } from './backend-ref.ts';
import type { ConvertedRule, Route, RouteKind, RuleBody } from './kind.ts';
import { kindOf } from './kinds.ts';
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
  /** HTTPRouteFilters (`namespace/name`) that it refers to, with what is wrong with how it uses them. */
  readonly filters: ReadonlyMap<string, readonly string[]>;
};

/** What the keys of its rules begin with: `httproute/<namespace>/<name>`. */
export function routeKey({ kind, metadata }: Route): string {
  return `${kind.toLowerCase()}/${keyOf(metadata)}`;
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
  const rules = converted.map((rule) => withFilters(withPolicies(rule, route, backends.policies)));
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
    filters: filtersOf(rules),
  };
}

/** A rule as the policies for it want it. */
function withPolicies(converted: ConvertedRule, { kind, metadata }: Route, policies: PolicyBook): ConvertedRule {
  const { body, report } = converted;
  if (body === null || !('filters' in body)) return converted;
  const { rule, closedBy } = policies.applyToRule({ kind, key: keyOf(metadata) }, body);
  if (rule === body) return converted;
  const faults = closedBy.map((name) => `${name} is not accepted, so requests are answered with 500`);
  return { ...converted, body: rule, report: faults.length === 0 ? report : report.closedFor(faults) };
}

/** A rule whose matches, with all that policies add to them, give its filters what they need; closed where they do not. */
function withFilters(converted: ConvertedRule): ConvertedRule {
  const { body, report } = converted;
  if (body === null || !('filters' in body)) return converted;
  const { faults, fit } = fitted(body);
  if (faults.length === 0) return converted;
  const messages = faults.map(({ field, filter, message }) => `${field}: HTTPRouteFilter ${filter} needs ${message}`);
  return { ...converted, body: fit, report: report.closedFor(messages), usageFaults: faults };
}

type Fitted = { readonly faults: readonly UsageFault[]; readonly fit: RuleBody };

/** A rule that is as it was is closed as it was. */
const fittings = new WeakMap<RuleBody, Fitted>();

function fitted(body: RuleBody): Fitted {
  let known = fittings.get(body);
  if (known === undefined) {
    const faults = usageFaults(body);
    known = { faults, fit: faults.length === 0 ? body : closedAt(body, faults) };
    fittings.set(body, known);
  }
  return known;
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

/** Those that look into what they pass on, since they have ended the client's TLS or there was none. */
function securingGateways(places: readonly { parent: ParentPlan; result: AttachResult }[]): Set<string> {
  const gateways = new Set<string>();
  for (const { parent, result } of places) {
    if (!result.ok) continue;
    const looking = result.listeners.some(({ listener: { draft } }) => {
      const { protocol } = draft.spec;
      return protocol === 'HTTP' || protocol === 'HTTPS' || (protocol === 'TLS' && !draft.plain);
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
  let dropped = 0;
  const unresolved = rules.flatMap(({ report }, index) =>
    report.unresolved.map(({ reason, message }) => ({ reason, message: `rules[${index}].${message}` })),
  );
  for (const [index, { report }] of rules.entries()) {
    const faults = report.invalid.length > 0 ? report.invalid : report.closed;
    if (report.invalid.length > 0) dropped++;
    if (faults.length > 0) wrong.push(`${index} (${faults.join('; ')})`);
  }
  // A rule that answers 500 is served: if it were not, its requests might fall to a rule that lets more through.
  const none = dropped > 0 && dropped === rules.length;
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
