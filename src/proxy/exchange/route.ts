import type { AccessLog } from '../../observe/access-log.ts';
import type { Backend } from '../backend/backend.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import type { Sessions } from '../backend/traffic/session.ts';
import type {
  CompiledBackendRef,
  CompiledListener,
  CompiledMatch,
  CompiledRule,
  MatchTaker,
  RulePlan,
  Unrouted,
} from '../compile/compiled.ts';
import type { DirectResponse, HeaderPlan } from '../filter/plan.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { StageList } from '../policy/stage-list.ts';
import type { Runtime, Site } from '../runtime.ts';
import { ERRORS, type ProxyError } from './error.ts';
import { grpcTime } from './grpc.ts';

/** What `Route.decide` finds. */
export const TO_BACKEND = 0;
/** `direct` is the answer, and `reason` why. */
export const ANSWERED = 1;
/** `error` says why there is none. */
export const FAILED = 2;

/** Reasons of answers that are no failures. */
const PREFLIGHT = 'preflight';
const REDIRECT = 'redirect';

/** Where one request goes: listener, rule, preflight, redirect, backend, in this order. */
export class Route implements MatchTaker {
  match: CompiledMatch | null;
  rule: CompiledRule | null;
  plan: RulePlan | null;
  ref: CompiledBackendRef | null;
  backend: Backend | null;
  /** Whether the backend is spoken to in HTTP/2. */
  speaksHttp2: boolean;
  direct: DirectResponse | null;
  reason: string;
  error: ProxyError;
  /** As the match has it, which has left the processor's cache by the time that the response comes. */
  private isMatchGuarded: boolean;
  /** The listener that was looked for before a rule was. */
  private asked: CompiledListener | null;

  constructor() {
    this.match = null;
    this.rule = null;
    this.plan = null;
    this.ref = null;
    this.backend = null;
    this.speaksHttp2 = false;
    this.direct = null;
    this.reason = '';
    this.error = ERRORS.internal;
    this.isMatchGuarded = false;
    this.asked = null;
  }

  reset(): void {
    this.match = null;
    this.rule = null;
    this.plan = null;
    this.ref = null;
    this.backend = null;
    this.direct = null;
    this.reason = '';
    this.isMatchGuarded = false;
    this.asked = null;
  }

  /** That the request was made to; null where none is, or its own has not been looked for. */
  get listener(): CompiledListener | null {
    return this.match === null ? this.asked : this.match.listener;
  }

  /** The stages that hold for the request, whatever `decide` has found. */
  stages({ policies }: Site): StageList {
    const { backend, direct, match, ref } = this;
    if (match === null) return StageList.none;
    if (direct !== null) return policies.beforeAnswer(match, ref, this.isPreflight);
    return ref === null ? StageList.none : policies.stages(match, ref, backend?.entry ?? null);
  }

  /** Where the request is logged; null: nowhere. */
  accessLog({ policies }: Site, runtime: Runtime): AccessLog | null {
    const { match } = this;
    const wanted = match === null || !this.isMatchGuarded ? null : policies.accessLog(match);
    if (wanted === null) return runtime.accessLog;
    return wanted ? (runtime.accessLog ?? runtime.routeLog()) : null;
  }

  /** Whether it asks for permission only (Fetch standard): it carries nobody's credentials. */
  get isPreflight(): boolean {
    return this.reason === PREFLIGHT;
  }

  /** Whether it may have stages. */
  isGuarded({ policies }: Site): boolean {
    const { backend, match } = this;
    return (
      match !== null &&
      (this.isMatchGuarded || policies.guardsAll || (backend !== null && backend.entry.policies !== undefined))
    );
  }

  /** What its listener does to the request before a rule is looked for. */
  filters(head: RequestHead, sni: string | null, { compiled, policies }: Site): StageList {
    const listener = compiled.listenerOf(head, sni);
    if (listener === null) return StageList.none;
    this.asked = listener;
    return policies.ofListener(listener);
  }

  take(match: CompiledMatch, plan: RulePlan, rule: CompiledRule, isGuarded: boolean): void {
    this.match = match;
    this.plan = plan;
    this.rule = rule;
    this.isMatchGuarded = isGuarded;
  }

  decide(head: RequestHead, sni: string | null, site: Site): number {
    const unrouted = site.compiled.lead(head, sni, this);
    if (unrouted !== null) return this.fail(routingError(unrouted));
    const match = this.match!;
    const plan = this.plan!;
    // A target that names another scheme than the one it came by is for somebody else (RFC 9110 section 7.4).
    if (head.target.scheme !== '' && head.target.scheme !== site.scheme) return this.fail(ERRORS.misdirected);
    if (plan.cors !== null) {
      const preflight = plan.cors.preflight(head);
      if (preflight !== null) return this.answer(preflight, PREFLIGHT);
    }
    if (plan.redirect !== null) return this.answer(plan.redirect.response(head, match, site.publicPort), REDIRECT);
    const ref = plan.only ?? this.rule!.split.next(head);
    this.ref = ref;
    if (ref.failure !== null) {
      return this.fail({ status: ref.failure.status, reason: ref.failure.reason, retryable: false });
    }
    if (ref.redirect !== null) return this.answer(ref.redirect.response(head, match, site.publicPort), REDIRECT);
    const backend = site.backends.get(ref.backend!);
    if (backend === undefined) return this.fail(ERRORS.invalidBackend);
    this.backend = backend;
    this.speaksHttp2 = backend.entry.protocol === 'h2c' || plan.isGrpc;
    return TO_BACKEND;
  }

  /**
   * Milliseconds that the request may take; 0 or less for no bound. `allowed` is where no rule says how many, and `isCall`
   * makes it a call of gRPC whatever the rule is for.
   */
  requestTime(head: RequestHead, isCall: boolean, allowed: number): number {
    const { plan } = this;
    if (plan === null) return allowed;
    const { request } = plan.timeouts;
    return isCall || plan.isGrpc ? grpcTime(head, Math.max(0, request)) : request || allowed;
  }

  /** What keeps clients with an endpoint; null where nothing does. */
  get sessions(): Sessions<EndpointPool> | null {
    return this.plan!.only === null ? this.rule!.split.sessions : null;
  }

  /** What the rule does to the header section of every response; null without a rule. */
  get responsePlan(): HeaderPlan | null {
    return this.ref?.response ?? this.plan?.response ?? null;
  }

  /** What CORS adds to an answer of the proxy's own: without it a browser shows a script not even the status. */
  corsPlan(head: RequestHead): HeaderPlan | null {
    // A preflight has its own fields.
    if (this.isPreflight) return null;
    const policy = this.ref?.cors ?? this.plan?.cors ?? null;
    return policy === null ? null : policy.response(head);
  }

  private answer(direct: DirectResponse, reason: string): number {
    this.direct = direct;
    this.reason = reason;
    return ANSWERED;
  }

  private fail(error: ProxyError): number {
    this.error = error;
    return FAILED;
  }
}

function routingError(unrouted: Unrouted): ProxyError {
  if (unrouted.status === 421) return ERRORS.misdirected;
  return unrouted.reason === 'NoRule' ? ERRORS.noRule : ERRORS.noListener;
}
