/** The rules of an HTTPRoute or GRPCRoute: what is matched, what is done, where it goes. */
import type { ObjectMeta } from '../../api/core/object-meta.ts';
import type { BackendObjectReference } from '../../api/gateway/backend-reference.ts';
import type { HTTPRouteFilter } from '../../api/gateway/http-route-filter.ts';
import type { Filter } from '../../ir/filter.ts';
import type { Failure, Retry, Rule, Timeouts, WeightedBackend } from '../../ir/table.ts';
import { withStatusExposed } from '../extension-filter/grpc-web.ts';
import { keyOf } from '../object.ts';
import { type SessionSpec, sessionPersistence } from '../session.ts';
import type { BackendCatalogue, Resolution } from './backend-ref.ts';
import { convertFilters, type RuleContext } from './filter.ts';
import type { ConvertedRule, RuleBody } from './kind.ts';
import type { RuleMatches } from './match.ts';
import { rememberedRule } from './remembered.ts';
import { RuleReport } from './report.ts';

/** What the rules of both kinds have. */
type CommonRule = {
  readonly name?: string | undefined;
  readonly filters?: readonly HTTPRouteFilter[] | undefined;
  readonly backendRefs?: readonly BackendRef[] | undefined;
  readonly sessionPersistence?: SessionSpec | undefined;
};

type BackendRef = BackendObjectReference & {
  readonly weight: number;
  readonly filters?: readonly HTTPRouteFilter[] | undefined;
};

/** What they do not have in common. */
export type RuleConversion<R extends CommonRule> = {
  readonly kind: 'HTTPRoute' | 'GRPCRoute';
  /** Of the route. */
  readonly metadata: ObjectMeta;
  /** Of the rule in its route. */
  readonly index: number;
  readonly protocol: Rule['protocol'];
  readonly matches: (rule: R) => RuleMatches;
  readonly timeouts: Timeouts;
  readonly retry: Retry | null;
};

type Resolved = Extract<Resolution, { readonly ok: true }>;

export function convertRule<R extends CommonRule>(
  rule: R,
  backends: BackendCatalogue,
  conversion: RuleConversion<R>,
): ConvertedRule {
  const { kind, metadata, protocol } = conversion;
  const { namespace } = metadata;
  const use = { kind, namespace, transport: 'TCP', speaks: protocol, ours: true } as const;
  return rememberedRule(rule, use, backends, (resolve, filterOf) => {
    return convert(rule, { resolve, filterOf, routeKind: kind, report: new RuleReport() }, conversion);
  });
}

function convert<R extends CommonRule>(
  rule: R,
  context: RuleContext,
  conversion: RuleConversion<R>,
): { body: RuleBody | null; report: RuleReport } {
  const { protocol, matches: convertMatches, timeouts, retry } = conversion;
  const { report } = context;
  const { matches, invalid } = convertMatches(rule);
  report.invalid.push(...invalid);
  const { filters, failure } = convertFilters(rule.filters ?? [], { ...context, field: 'filters' });
  const backends = (rule.backendRefs ?? []).map((ref, index) => {
    return convertBackendRef(ref, `backendRefs[${index}]`, context);
  });
  if (report.invalid.length > 0) return { body: null, report };
  const body = withStatusExposed({
    protocol,
    matches,
    filters,
    timeouts,
    retry,
    ...sessions(rule, conversion),
    backends,
    name: rule.name ?? '',
    policies: [],
  });
  return { body: failure === null ? body : { ...body, ...closed(failure) }, report };
}

function sessions<R extends CommonRule>(
  { name, sessionPersistence: spec }: R,
  { kind, metadata, index }: RuleConversion<R>,
): Pick<RuleBody, 'sessionPersistence'> {
  if (spec === undefined) return {};
  const scope = `rule ${kind}/${keyOf(metadata)}/${name ?? index}`;
  return { sessionPersistence: sessionPersistence(spec, scope, metadata.uid) };
}

/**
 * What becomes of a rule that must answer everything with a failure. It still matches, so that its requests do not fall to
 * another rule.
 */
export function closed(failure: Failure): Pick<RuleBody, 'filters' | 'timeouts' | 'retry' | 'backends'> {
  return {
    filters: [],
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [{ backend: null, weight: 1, filters: [], failure }],
  };
}

function convertBackendRef(ref: BackendRef, field: string, context: RuleContext): WeightedBackend {
  const { weight } = ref;
  const { report, resolve } = context;
  const { filters, failure } = convertFilters(ref.filters ?? [], { ...context, field: `${field}.filters` });
  const resolution = resolve(ref);
  if (!resolution.ok) {
    const { reason, message } = resolution;
    report.unresolved.push({ reason, message: `${field}: ${message}` });
    return { backend: null, weight, filters, failure: { status: 500, reason } };
  }
  const blocked = failure ?? resolution.failure;
  return blocked === null
    ? { backend: resolution.key, weight, filters: withAggregate(filters, resolution), failure: null }
    : { backend: null, weight, filters: [], failure: blocked };
}

function withAggregate(filters: readonly Filter[], { aggregate }: Resolved): readonly Filter[] {
  return aggregate === undefined ? filters : [...filters, aggregate.entry];
}
