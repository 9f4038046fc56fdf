import type { BackendObjectReference } from '../../api/gateway/backend-reference.ts';
import { milliseconds } from '../../api/gateway/duration.ts';
import type { HTTPBackendRef, HTTPRouteRule } from '../../api/gateway/http-route-rule.ts';
import type { Failure, Retry, Rule, Timeouts, WeightedBackend } from '../../ir/table.ts';
import type { BackendCatalogue, Resolution, Resolve } from './backend-ref.ts';
import { convertFilters } from './filter.ts';
import { convertMatches } from './match.ts';
import { RuleReport } from './report.ts';

/** A rule without its place: what does not depend on where the route is attached. */
export type RuleBody = Pick<Rule, 'matches' | 'filters' | 'timeouts' | 'retry' | 'backends' | 'name'>;

export type ConvertedRule = {
  /** Null when the rule is dropped: the report says why. */
  readonly body: RuleBody | null;
  readonly report: RuleReport;
};

type Remembered = {
  readonly refs: readonly BackendObjectReference[];
  readonly resolutions: readonly Resolution[];
  readonly converted: ConvertedRule;
};

/** Rules are immutable: one that is the same object and whose references still lead to the same is converted already. */
const remembered = new WeakMap<HTTPRouteRule, Remembered>();

/** `namespace` is that of the route. */
export function convertRule(rule: HTTPRouteRule, namespace: string, backends: BackendCatalogue): ConvertedRule {
  const resolve: Resolve = (ref) => backends.resolve(ref, namespace, 'HTTPRoute');
  const known = remembered.get(rule);
  if (known?.refs.every((ref, index) => sameResolution(resolve(ref), known.resolutions[index]!)))
    return known.converted;
  const refs: BackendObjectReference[] = [];
  const resolutions: Resolution[] = [];
  const { body, report } = convert(rule, (ref) => {
    const resolution = resolve(ref);
    refs.push(ref);
    resolutions.push(resolution);
    return resolution;
  });
  // A reference may fail for another reason than before and still have the same effect.
  const before = known?.converted.body ?? null;
  const converted = { body: JSON.stringify(before) === JSON.stringify(body) ? before : body, report };
  remembered.set(rule, { refs, resolutions, converted });
  return converted;
}

function sameResolution(a: Resolution, b: Resolution): boolean {
  return a.ok ? b.ok && a.key === b.key : !b.ok && a.reason === b.reason && a.message === b.message;
}

function convert(rule: HTTPRouteRule, resolve: Resolve): ConvertedRule {
  const report = new RuleReport();
  const { matches, invalid } = convertMatches(rule);
  report.invalid.push(...invalid);
  if (rule.sessionPersistence !== undefined) report.invalid.push('sessionPersistence: is not supported');
  const { filters, failure } = convertFilters(rule.filters ?? [], { field: 'filters', resolve, report });
  const weighted = (rule.backendRefs ?? []).map((ref, index) => {
    return convertBackendRef(ref, `backendRefs[${index}]`, resolve, report);
  });
  if (report.invalid.length > 0) return { body: null, report };
  const name = rule.name ?? '';
  if (failure !== null) return { body: { ...closed(failure), matches, name }, report };
  const timeouts = convertTimeouts(rule.timeouts);
  return { body: { matches, filters, timeouts, retry: convertRetry(rule.retry), backends: weighted, name }, report };
}

function closed(failure: Failure): Omit<RuleBody, 'matches' | 'name'> {
  return {
    filters: [],
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [{ backend: null, weight: 1, filters: [], failure }],
  };
}

function convertBackendRef(ref: HTTPBackendRef, field: string, resolve: Resolve, report: RuleReport): WeightedBackend {
  const { weight } = ref;
  const context = { field: `${field}.filters`, resolve, report };
  const { filters, failure } = convertFilters(ref.filters ?? [], context);
  const resolution = resolve(ref);
  if (!resolution.ok) {
    const { reason, message } = resolution;
    report.unresolved.push({ reason, message: `${field}: ${message}` });
    return { backend: null, weight, filters, failure: { status: 500, reason } };
  }
  return failure === null
    ? { backend: resolution.key, weight, filters, failure }
    : { backend: null, weight, filters: [], failure };
}

/** Node's timers hold no more (24 days); the Gateway API lets a longer timeout be the longest possible one. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

function convertTimeouts({ request = '0s', backendRequest = '0s' }: HTTPRouteRule['timeouts'] = {}): Timeouts {
  return { request: convertDuration(request), backendRequest: convertDuration(backendRequest) };
}

function convertDuration(duration: string): number {
  return Math.min(milliseconds(duration), LONGEST_TIMEOUT);
}

/** Milliseconds before a second attempt when the route does not say: enough for a backend that has just restarted a socket. */
const DEFAULT_BACKOFF = 25;

function convertRetry(retry: HTTPRouteRule['retry']): Retry | null {
  if (retry === undefined) return null;
  return {
    attempts: retry.attempts,
    codes: [...(retry.codes ?? [])].sort((a, b) => a - b),
    backoff: retry.backoff === undefined ? DEFAULT_BACKOFF : convertDuration(retry.backoff),
  };
}
