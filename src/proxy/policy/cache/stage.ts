import type { CacheContent } from '../../../ir/policy/cache.ts';
import { ERRORS } from '../../exchange/error.ts';
import { errorBody } from '../../exchange/response-writer.ts';
import { DONE } from '../../http1/fault.ts';
import { LENGTH, NO_BODY } from '../../http1/framing.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import { ResponseHead } from '../../http1/response-head.ts';
import type { StageContext } from '../kinds.ts';
import { ORDER, PASS, type Stage, WAIT } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { type Conditions, codedBody, codingFor, makeCodedBody, responseFrom } from './answer.ts';
import { forwardStatus, hitStatus } from './cache-status.ts';
import { type Directives, NO_DIRECTIVES, parseDirectives } from './directives.ts';
import { KeyMaker } from './key.ts';
import { Lookup } from './lookup.ts';
import type { CacheResult } from './metrics.ts';
import { refetch } from './refetch.ts';
import { RequestFacts } from './request-facts.ts';
import type { CacheStore, Region } from './store.ts';
import type { StoredResponse } from './stored.ts';

/** RFC 9110 section 9.2.1. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** The stage of a CachePolicy: a shared cache (RFC 9111) between the stages that judge requests and the backend. */
export class CacheStage implements Stage {
  readonly order = ORDER.cache;
  readonly bodyLimit = 0;
  readonly policy: CacheContent;
  readonly store: CacheStore;
  /** Of the request that is entering. */
  readonly facts: RequestFacts;
  private readonly methods: ReadonlySet<string>;
  private readonly keys: KeyMaker;
  private readonly scratch: ResponseHead;

  constructor(policy: CacheContent, { key, runtime, state }: StageContext) {
    const { cache, options } = runtime;
    this.policy = policy;
    this.store = cache;
    this.facts = new RequestFacts();
    this.methods = new Set(policy.methods);
    this.keys = new KeyMaker(policy);
    this.scratch = new ResponseHead(options.limits.message);
    const last = state.of(key, 'flush', () => ({ token: policy.flushToken }));
    if (last.token !== policy.flushToken) cache.flushNamed(policy.region);
    last.token = policy.flushToken;
  }

  /** Asked for by its name: one that held nothing may have been forgotten meanwhile. */
  private get region(): Region {
    return this.store.region(this.policy.region);
  }

  /** Where bodies tell entries apart, those that are short enough are waited for. */
  bodyLimitFor({ head }: Visit): number {
    return this.methods.has(head.method) && this.hasShortBody(head) ? this.policy.key.bodyBytes : 0;
  }

  enter(visit: Visit): number {
    const { head } = visit;
    const { facts, policy } = this;
    if (!this.methods.has(head.method) || visit.ref.backend === null || head.upgrade) return PASS;
    facts.read(head.fields);
    if (facts.isForBackend || visit.method !== null || !this.mayShare(visit)) return this.bypass(visit);
    const asked = policy.honorsClient ? this.directives() : NO_DIRECTIVES;
    const hasBody = head.framing !== NO_BODY;
    const bodiesCount = policy.key.bodyBytes > 0;
    if (asked.noStore || (hasBody && bodiesCount && !this.hasShortBody(head))) return this.bypass(visit);
    const body = hasBody && bodiesCount ? visit.body() : null;
    const now = performance.now();
    let key = this.keys.of(visit, head.method === 'HEAD' ? 'GET' : head.method, body);
    let entry = this.store.get(this.region, key, head);
    if (head.method === 'HEAD') {
      // What GET has brought answers HEAD too, but not the other way.
      key = `HEAD${key.slice(3)}`;
      entry ??= this.store.get(this.region, key, head);
    }
    if (entry !== null && mayUse(entry, asked, now)) return this.hit(visit, entry, now);
    if (asked.onlyIfCached) return visit.answer(errorBody(504), 'only-if-cached');
    if (entry !== null && mayUseStale(entry, asked, now)) {
      refetch(this, visit, entry, body);
      return this.serve(visit, entry, facts, hitStatus(entry.ttl(now)), 'stale');
    }
    // A body that does not count could still make a response that is not for others.
    return this.fetch(visit, key, entry, asked, now, !hasBody || bodiesCount);
  }

  private fetch(
    visit: Visit,
    key: string,
    entry: StoredResponse | null,
    asked: Readonly<Directives>,
    now: number,
    mayStore: boolean,
  ): number {
    const { region } = this;
    const isForced = asked.noCache || asked.maxAge >= 0 || asked.minFresh >= 0;
    const forward =
      entry !== null
        ? entry.freshFor(now) > 0
          ? 'request'
          : 'stale'
        : region.entries.has(key)
          ? 'vary-miss'
          : 'uri-miss';
    const lookup = new Lookup(this, visit, region, key, entry, forward, mayStore);
    const isShared = mayStore && !isForced && !region.passes.has(key, now);
    const flight = isShared ? region.flights.get(key) : undefined;
    if (flight !== undefined) {
      lookup.follow(flight);
      return WAIT;
    }
    this.count('miss');
    // The backend may answer a client's own condition with a 304, which is nothing to others.
    lookup.setOut(isShared && (entry?.isValidatable === true || !this.facts.isConditional));
    return PASS;
  }

  private hit(visit: Visit, entry: StoredResponse, now: number): number {
    return this.serve(visit, entry, this.facts, hitStatus(entry.ttl(now)), 'hit');
  }

  /** Answers with a stored response: ANSWER, or WAIT while its body is being coded. */
  serve(
    visit: Visit,
    entry: StoredResponse,
    { ifModifiedSince, ifNoneMatch }: Conditions,
    cacheStatus: string,
    result: CacheResult,
  ): number {
    this.count(result);
    const reason = `cache-${result}`;
    const conditions = { ifNoneMatch, ifModifiedSince };
    this.announce(visit, entry);
    const coding = codingFor(visit, entry);
    const body = coding === null ? null : codedBody(this.store, entry, coding);
    if (coding !== null && body === null) {
      makeCodedBody(this.store, entry, coding, (made) => {
        visit.answer(responseFrom(visit, entry, conditions, cacheStatus, performance.now(), coding, made), reason);
      });
      return WAIT;
    }
    return visit.answer(responseFrom(visit, entry, conditions, cacheStatus, performance.now(), coding, body), reason);
  }

  /** Lets the other stages do to a stored response what they do to one that comes from a backend. */
  announce(visit: Visit, { fields, status }: StoredResponse): void {
    if (!visit.hasOthers) return;
    const { scratch } = this;
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const text = Buffer.from(`HTTP/1.1 ${status} \r\n${lines}\r\n`, 'latin1');
    scratch.reset();
    if (scratch.parse(text, 0, text.length, visit.head.method) === DONE) visit.announce(scratch, this);
  }

  count(result: CacheResult): void {
    this.store.results[result]++;
  }

  responded(visit: Visit, head: ResponseHead): void {
    const { substitute } = visit;
    if (substitute instanceof Lookup) substitute.responded(head);
    else if (head.status < 400 && !SAFE.has(visit.head.method) && !this.methods.has(visit.head.method)) {
      // What was changed is not as it was (RFC 9111 section 4.4).
      const key = this.keys.of(visit, 'GET', null);
      this.store.invalidate(this.region, key);
      this.store.invalidate(this.region, `HEAD${key.slice(3)}`);
    }
  }

  ended(visit: Visit, status: number, reason: string): void {
    const { substitute } = visit;
    if (substitute instanceof Lookup) substitute.ended(status === 0 || reason === CLIENT_GONE);
  }

  private bypass(visit: Visit): number {
    this.count('bypass');
    visit.response.add('Cache-Status', forwardStatus('bypass', false));
    return PASS;
  }

  private mayShare(visit: Visit): boolean {
    return this.policy.allowAuthenticated || (!this.facts.hasCredentials && visit.identity === null);
  }

  private hasShortBody({ framing, bodyLength }: RequestHead): boolean {
    const { bodyBytes } = this.policy.key;
    return bodyBytes > 0 && framing === LENGTH && bodyLength <= bodyBytes;
  }

  private directives(): Readonly<Directives> {
    const { cacheControl, pragma } = this.facts;
    if (cacheControl !== null) return parseDirectives(cacheControl);
    // RFC 9111 section 5.4.
    return pragma !== null && /(?:^|[\s,])no-cache(?=$|[\s,])/i.test(pragma) ? NO_CACHE : NO_DIRECTIVES;
  }
}

const NO_CACHE = parseDirectives('no-cache');
const CLIENT_GONE = ERRORS.clientClosed.reason;

/** Whether a request may have it without asking the backend: it is fresh, or as stale as the client takes it. */
function mayUse(entry: StoredResponse, asked: Readonly<Directives>, now: number): boolean {
  if (asked.noCache) return false;
  const fresh = entry.freshFor(now);
  if (asked.maxAge >= 0 && entry.age(now) > asked.maxAge) return false;
  if (fresh > 0) return asked.minFresh < 0 || fresh >= asked.minFresh * 1_000;
  return asked.maxStale >= 0 && entry.lifetime.mayBeStale && -fresh <= asked.maxStale * 1_000;
}

/** Whether a request may have it while it is fetched anew. */
function mayUseStale(entry: StoredResponse, asked: Readonly<Directives>, now: number): boolean {
  if (asked.noCache || asked.maxAge >= 0 || asked.minFresh >= 0) return false;
  return entry.freshFor(now) + entry.lifetime.staleWhileRevalidate > 0;
}
