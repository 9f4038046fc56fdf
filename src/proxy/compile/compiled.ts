/**
 * The compiled form of a routing table: what the request path reads. Everything here is made when a table is applied;
 * routing a request allocates nothing but the strings that the request is asked for.
 */
import type { BucketMap } from '../../ir/bucket-map.ts';
import type { Filter } from '../../ir/filter.ts';
import type { Failure, Listener, Retry, RoutingTable, Rule, Timeouts } from '../../ir/table.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import type { Sessions } from '../backend/traffic/session.ts';
import type { DirectResponse, HeaderPlan } from '../filter/plan.ts';
import type { Captures } from '../route/candidate.ts';
import type { RequestView } from '../route/request-view.ts';
import type { ListenerTable } from './listener-table.ts';
import type { RunnableRule } from './rule.ts';
import type { SharedParts } from './shared-parts.ts';
import type { RunnableStream } from './stream.ts';
import type { StreamPort } from './stream-port.ts';

export interface CompiledTable {
  readonly table: RoutingTable;
  /** What speaks HTTP, by the listeners' port numbers. */
  readonly ports: ReadonlyMap<number, CompiledPort>;
  /** Ports with a listener of protocol TLS or TCP. An HTTPS listener beside one of TLS is in both. */
  readonly streamPorts: ReadonlyMap<number, StreamPort>;
  /** Ports of UDP. */
  readonly datagramPorts: ReadonlyMap<number, StreamPort>;
  /** By key. */
  readonly rules: BucketMap<RunnableRule>;
  /** Rules of the table that this one was made from which are not served any more. */
  readonly gone: readonly RunnableRule[];
  /** By key. */
  readonly streams: ReadonlyMap<string, RunnableStream>;
  /** What the next compilation takes over. */
  readonly shared: SharedParts;
  /** By key. */
  readonly listeners: ReadonlyMap<string, ListenerTable>;
}

/** The listeners that share a port. */
export interface CompiledPort {
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS';
  readonly listeners: readonly CompiledListener[];
  /**
   * The rule for a request, or one of three constants that say why there is none; `status` tells them apart.
   * `sni` is in lower case, null when the client sent none; plaintext ports ignore it.
   */
  route(view: RequestView, sni: string | null): CompiledMatch | Unrouted;
  /** Tells `taker` the match, or says why there is none. */
  lead(view: RequestView, sni: string | null, taker: MatchTaker): Unrouted | null;
  /** Whether anything is done to requests of one of the listeners before a rule is looked for. */
  readonly hasFilters: boolean;
  /** The listener of a request, by the rules of `route`; null where `route` finds none either. */
  listenerOf(view: RequestView, sni: string | null): CompiledListener | null;
  /** The listener whose hostname fits a request's host best, before any rule is looked at; null when none fits. */
  listenerFor(host: string): CompiledListener | null;
  /** The listener that a TLS connection with this SNI is made to. */
  connectedTo(sni: string | null): CompiledListener | null;
}

export interface CompiledListener {
  readonly key: string;
  readonly listener: Listener;
}

/**
 * Is told what a request is matched to, and beside it what nearly every request needs of that: to read it from the match would be
 * a cache miss or two more.
 */
export interface MatchTaker {
  take(match: CompiledMatch, plan: RulePlan, rule: CompiledRule, isGuarded: boolean): void;
}

/** One match of one rule under one listener and hostname. */
export interface CompiledMatch {
  readonly status: 0;
  readonly listener: CompiledListener;
  readonly rule: CompiledRule;
  /** The rule's, at hand: most requests need nothing else of it. */
  readonly plan: RulePlan;
  /** The hostname of the route by which it got here; `''` is any. */
  readonly routeHostname: string;
  /** Whether anything but the rule's static filters may be done to its requests: then its stages are looked for. */
  readonly isGuarded: boolean;
  /** Index in the rule's `matches`. */
  readonly index: number;
  /** The prefix that ReplacePrefixMatch replaces, `''` for `/`; null when the match is not by prefix. */
  readonly prefix: string | null;
  /**
   * What placeholders of templates and groups of a regular expression path stand for, found anew at each call. Those of the
   * path are percent-decoded: whoever puts one somewhere must encode it for that place.
   */
  captures(view: RequestView): Captures;
  /** Those of the path alone and as it has them: they may stand in another path as they are. */
  encodedCaptures(view: RequestView): Captures;
}

/** Why no rule serves a request: NO_LISTENER and NO_RULE are 404, MISDIRECTED is 421 (RFC 9110 section 15.5.20). */
export interface Unrouted {
  readonly status: 404 | 421;
  readonly reason: 'NoListener' | 'NoRule' | 'Misdirected';
}

/** What a rule does to its requests. Rules that do the same, as most with one backend and nothing else do, share one. */
export interface RulePlan {
  /** Whether it is of a GRPCRoute. */
  readonly isGrpc: boolean;
  readonly timeouts: Timeouts;
  readonly retry: Retry | null;
  /** Answers preflights, before everything else. */
  readonly cors: CorsPolicy | null;
  /** Answers every request that gets there. */
  readonly redirect: Redirect | null;
  /** The rule's own response headers, for answers that come from no backend. */
  readonly response: HeaderPlan;
  /** What the rule's split gives to every request where there is no choice, as in most rules; null where there is. */
  readonly only: CompiledBackendRef | null;
}

export interface CompiledRule {
  /** The rule's metadata as the access log has it, escaped; `''` for none. */
  readonly metadata: string;
  readonly key: string;
  readonly rule: Rule;
  /** The rule's own filters that are stages. */
  readonly extensions: readonly Filter[];
  /** The rule's own filters in the order in which they take effect (filter/phases.ts). */
  readonly filters: readonly Filter[];
  readonly plan: RulePlan;
  readonly split: Split;
  /** Where its requests are counted: set and unset by ProxyMetrics, at the first request and when the rule is gone. */
  slot: number;
}

/** Which backend gets the next request; exact over every run of as many requests as the reduced weights add up to. */
export interface Split<R = CompiledBackendRef> {
  /** Never null: a rule without usable weight has a reference whose `failure` is 500. `view` is the request. */
  next(view?: RequestView): R;
  readonly refs: readonly R[];
  /** Null where each request is chosen for by itself. */
  readonly sessions: Sessions<EndpointPool> | null;
}

/** One backend of a rule, with the rule's filters and its own composed. */
export interface CompiledBackendRef {
  /** Key of `backends`; null exactly when `failure` is set. */
  readonly backend: string | null;
  readonly failure: Failure | null;
  readonly weight: number;
  readonly redirect: Redirect | null;
  readonly rewrite: Rewrite | null;
  readonly mirrors: readonly Mirror[];
  readonly request: HeaderPlan;
  readonly response: HeaderPlan;
  /** Its own filters that are stages. */
  readonly extensions: readonly Filter[];
  /** Applies to the response after `response`. */
  readonly cors: CorsPolicy | null;
}

export interface CorsPolicy {
  /** The answer to a preflight; null when the request is none. */
  preflight(view: RequestView): DirectResponse | null;
  /** What to do to the response of any other request. */
  response(view: RequestView): HeaderPlan;
}

export interface Redirect {
  /** `publicPort` turns a Gateway port into the one that clients reach (standalone's port offset). */
  response(view: RequestView, match: CompiledMatch, publicPort: (port: number) => number): DirectResponse;
}

export interface Rewrite {
  /** The new Host; null: as in the request. */
  readonly hostname: string | null;
  /** The path to forward, without query. */
  path(path: string, match: CompiledMatch): string;
}

export interface Mirror {
  /** Key of `backends`. */
  readonly backend: string;
  /** Whether this request is mirrored; exact over every run of `denominator` requests. */
  next(): boolean;
  /** The request as it is when the mirror phase begins. */
  readonly request: HeaderPlan;
  readonly rewrite: Rewrite | null;
}
