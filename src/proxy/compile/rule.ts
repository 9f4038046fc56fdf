import type { Filter } from '../../ir/filter.ts';
import type { Failure, Rule, WeightedBackend } from '../../ir/table.ts';
import { Sessions } from '../backend/traffic/session.ts';
import { CorsFilter } from '../filter/cors.ts';
import { EMPTY_PLAN, hostOf, planOf } from '../filter/header-modifier.ts';
import { RequestMirrorer } from '../filter/mirror.ts';
import { extensionsOf, inPhaseOrder, ofKind } from '../filter/phases.ts';
import type { HeaderPlan } from '../filter/plan.ts';
import { RequestRedirector } from '../filter/redirect.ts';
import { composeRewrites } from '../filter/rewrite.ts';
import { UNCOUNTED } from '../rule-metrics.ts';
import type {
  CompiledBackendRef,
  CompiledRule,
  CorsPolicy,
  Mirror,
  Redirect,
  Rewrite,
  RulePlan,
  Split,
} from './compiled.ts';
import { NO_TIMEOUTS, SharedParts } from './shared-parts.ts';
import { WeightedSplit } from './split.ts';
import { StickySplit } from './sticky-split.ts';

/** Characters of metadata in a line of the access log. */
const MOST_METADATA = 512;

/** A rule ready to run. It lives as long as its entry of the table does not change, and with it the split's position. */
export class RunnableRule implements CompiledRule {
  // What every request reads comes first, and so near to each other in memory.
  slot: number;
  readonly plan: RulePlan;
  readonly split: Split;
  readonly key: string;
  readonly metadata: string;
  readonly rule: Rule;
  readonly filters: readonly Filter[];
  readonly extensions: readonly Filter[];

  constructor(key: string, rule: Rule, shared: SharedParts = new SharedParts()) {
    const own = new OwnFilters(rule);
    const refs = rule.backends.map((backend) => refOf(backend, own, shared));
    const served = refs.find((ref) => ref.weight > 0);
    const split = new WeightedSplit(refs, served ?? refOf(nothing(rule), own, shared));
    const { sessionPersistence } = rule;
    this.slot = UNCOUNTED;
    this.plan = shared.plan(planOfRule(rule, own, sessionPersistence === undefined ? split.only : null));
    this.split = sessionPersistence === undefined ? split : new StickySplit(split, new Sessions(sessionPersistence));
    this.key = key;
    this.metadata = metadataText(rule);
    this.rule = rule;
    this.filters = inPhaseOrder(rule.filters);
    this.extensions = extensionsOf(rule.filters);
  }
}

/** What a rule's own filters do to the requests of all of its backends. */
class OwnFilters {
  readonly filters: readonly Filter[];
  readonly cors: CorsPolicy | null;
  readonly request: HeaderPlan;
  readonly response: HeaderPlan;
  /** Counted over all of the rule's requests, whichever backend they go to. */
  readonly mirrors: readonly Mirror[];

  constructor({ filters }: Rule) {
    const [cors] = ofKind(filters, 'CORS');
    const edits = ofKind(filters, 'RequestHeaderModifier');
    const rewrite = composeRewrites(ofKind(filters, 'URLRewrite')[0], undefined, {
      rule: hostOf(edits),
      backend: null,
    });
    this.filters = filters;
    this.cors = cors === undefined ? null : new CorsFilter(cors);
    this.request = planOf(edits);
    this.response = planOf(ofKind(filters, 'ResponseHeaderModifier'));
    this.mirrors = mirrorsOf(filters, this.request, rewrite);
  }
}

function planOfRule(rule: Rule, { cors, response }: OwnFilters, only: CompiledBackendRef | null): RulePlan {
  const [redirect] = ofKind(rule.filters, 'RequestRedirect');
  const { request, backendRequest } = rule.timeouts;
  return {
    isGrpc: rule.protocol === 'grpc',
    timeouts: request === 0 && backendRequest === 0 ? NO_TIMEOUTS : rule.timeouts,
    retry: rule.retry,
    cors,
    redirect: redirect === undefined ? null : new RequestRedirector(redirect),
    response,
    only,
  };
}

/** `team=users,tier=1`, as the inside of a text of JSON. */
function metadataText({ metadata }: Rule): string {
  if (metadata === undefined) return '';
  const pairs = Object.entries(metadata).map(([name, value]) => `${name}=${value}`);
  return JSON.stringify(pairs.join(',').slice(0, MOST_METADATA)).slice(1, -1);
}

/** What answers for a rule without a backend that could get a request (Gateway API, HTTPRouteRule.backendRefs). */
function nothing(rule: Rule): WeightedBackend {
  const reason = rule.backends.length === 0 ? 'NoBackends' : 'NoWeight';
  return { backend: null, weight: 0, filters: [], failure: { status: 500, reason } };
}

class RunnableBackendRef implements CompiledBackendRef {
  readonly backend: string | null;
  readonly failure: Failure | null;
  readonly weight: number;
  readonly redirect: Redirect | null;
  readonly rewrite: Rewrite | null;
  readonly mirrors: readonly Mirror[];
  readonly request: HeaderPlan;
  readonly response: HeaderPlan;
  readonly extensions: readonly Filter[];
  readonly cors: CorsPolicy | null;

  constructor(reference: WeightedBackend, own: OwnFilters, key: string | null) {
    const inner = reference.filters;
    const outer = own.filters;
    const innerEdits = ofKind(inner, 'RequestHeaderModifier');
    const outerEdits = ofKind(outer, 'RequestHeaderModifier');
    const [redirect] = ofKind(inner, 'RequestRedirect');
    const [cors] = ofKind(inner, 'CORS');
    this.backend = reference.failure === null ? key : null;
    this.failure = reference.backend === null ? (reference.failure ?? UNRESOLVED) : reference.failure;
    this.weight = reference.weight;
    this.redirect = redirect === undefined ? null : new RequestRedirector(redirect);
    this.rewrite = composeRewrites(ofKind(outer, 'URLRewrite')[0], ofKind(inner, 'URLRewrite')[0], {
      rule: hostOf(outerEdits),
      backend: hostOf(innerEdits),
    });
    this.request = innerEdits.length === 0 ? own.request : planOf([...outerEdits, ...innerEdits]);
    this.response =
      inner.length === 0
        ? own.response
        : planOf([...ofKind(inner, 'ResponseHeaderModifier'), ...ofKind(outer, 'ResponseHeaderModifier')]);
    this.extensions = extensionsOf(inner);
    const mirrors = mirrorsOf(inner, this.request, this.rewrite);
    this.mirrors = mirrors.length === 0 ? own.mirrors : [...own.mirrors, ...mirrors];
    this.cors = cors === undefined ? own.cors : new CorsFilter(cors);
  }

  /** Whether it says nothing but the backend and its weight, and so may stand for any other that does. */
  get isPlain(): boolean {
    const { cors, extensions, failure, mirrors, redirect, request, response, rewrite } = this;
    if (extensions.length > 0 || failure !== null || redirect !== null || rewrite !== null || cors !== null)
      return false;
    return request === EMPTY_PLAN && response === EMPTY_PLAN && mirrors === NO_MIRRORS;
  }
}

function refOf(reference: WeightedBackend, own: OwnFilters, shared: SharedParts): CompiledBackendRef {
  const key = reference.backend === null ? null : shared.keyOf(reference.backend);
  const made = new RunnableBackendRef(reference, own, key);
  return key !== null && made.isPlain ? shared.plainRef(key, reference.weight, made) : made;
}

function mirrorsOf(filters: readonly Filter[], request: HeaderPlan, rewrite: Rewrite | null): readonly Mirror[] {
  const mirrors = ofKind(filters, 'RequestMirror').flatMap((filter) =>
    filter.backend === null ? [] : [new RequestMirrorer(filter.backend, filter, request, rewrite)],
  );
  return mirrors.length === 0 ? NO_MIRRORS : mirrors;
}

// Shared by the rules that have none, so that requests for different rules find them in the cache.
const NO_MIRRORS: readonly Mirror[] = [];
const UNRESOLVED: Failure = { status: 500, reason: 'BackendNotFound' };
