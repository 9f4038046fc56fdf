import type { HTTPRoute } from '../../api/gateway/http-route.ts';
import type { ParentReference } from '../../api/gateway/parent-reference.ts';
import type { Condition } from '../../ir/status.ts';
import type { Attachment } from '../../ir/table.ts';
import * as routeCondition from '../condition/http-route.ts';
import type { GatewayPlan } from '../gateway.ts';
import { generationOf, keyOf } from '../object.ts';
import { type AttachedListener, attach, type Candidate } from './attach.ts';
import type { BackendCatalogue } from './backend-ref.ts';
import { type ConvertedRule, convertRule } from './rule.ts';

export type HTTPRouteStatus = {
  readonly parents: readonly {
    readonly parentRef: ParentReference;
    readonly controllerName: string;
    readonly conditions: readonly Condition[];
  }[];
};

/** A route with at least one parent of this controller. */
export type HTTPRoutePlan = {
  readonly route: HTTPRoute;
  /** `namespace/name`. */
  readonly key: string;
  readonly status: HTTPRouteStatus;
  readonly rules: readonly ConvertedRule[];
  /** Where it is served, by the key of the Gateway. */
  readonly attachments: ReadonlyMap<string, readonly Attachment[]>;
  /** Keys of all listeners that it is attached to, also of those that are not served. */
  readonly listeners: ReadonlySet<string>;
};

/** Null for a route none of whose parents is one of `gateways` (by `namespace/name`): it is not this controller's. */
export function planHTTPRoute(
  route: HTTPRoute,
  gateways: ReadonlyMap<string, GatewayPlan>,
  backends: BackendCatalogue,
  controllerName: string,
): HTTPRoutePlan | null {
  const { namespace } = route.metadata;
  const parents = (route.spec.parentRefs ?? []).flatMap((ref) => {
    const gateway = parentOf(ref, namespace, gateways);
    return gateway === undefined ? [] : [{ ref, gateway }];
  });
  if (parents.length === 0) return null;
  const generation = generationOf(route.metadata);
  const hostnames = [...new Set((route.spec.hostnames ?? []).map((hostname) => hostname.toLowerCase()))];
  const candidate: Candidate = { namespace, kind: 'HTTPRoute', hostnames, generation };
  const rules = route.spec.rules.map((rule) => convertRule(rule, namespace, backends));
  const verdict = judgeRules(rules, generation);

  const attachments = new Map<string, Map<string, Attachment>>();
  const listeners = new Set<string>();
  const status = parents.map(({ ref, gateway }) => {
    const result = attach(candidate, ref, gateway);
    const accepted = result.ok ? verdict.accepted : result.condition;
    if (result.ok && verdict.accepted.status === 'True') {
      for (const { listener } of result.listeners) listeners.add(listener.draft.key);
      serve(attachments, gateway.key, result.listeners);
    }
    const partial = accepted.status === 'True' ? verdict.partiallyInvalid : [];
    return { parentRef: { ...ref }, controllerName, conditions: [accepted, verdict.resolvedRefs, ...partial] };
  });
  return {
    route,
    key: keyOf(route.metadata),
    status: { parents: status },
    rules,
    attachments: new Map([...attachments].map(([gateway, found]) => [gateway, [...found.values()]])),
    listeners,
  };
}

function parentOf(ref: ParentReference, namespace: string, gateways: ReadonlyMap<string, GatewayPlan>) {
  if (ref.group !== 'gateway.networking.k8s.io' || ref.kind !== 'Gateway') return undefined;
  return gateways.get(`${ref.namespace ?? namespace}/${ref.name}`);
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
  for (const [index, { report }] of rules.entries()) {
    const faults = report.invalid.length > 0 ? report.invalid : report.closed;
    if (faults.length > 0) wrong.push(`${index} (${faults.join('; ')})`);
  }
  const none = wrong.length === rules.length;
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
