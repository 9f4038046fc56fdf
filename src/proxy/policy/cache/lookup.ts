import type { ProxyError } from '../../exchange/error.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import { Timer, type TimerOwner } from '../../timer-wheel.ts';
import type { CapturedResponse } from '../capture.ts';
import type { Substitute, SubstituteAnswer } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { codedBody, codingFor, responseFrom } from './answer.ts';
import { collapsedStatus, type Forward, failedStatus, forwardStatus, validatedStatus } from './cache-status.ts';
import { Flight, type Follower } from './flight.ts';
import { lifetimeOf } from './freshness.ts';
import type { CacheStage } from './stage.ts';
import type { Region } from './store.ts';
import { pairsOf, refreshed, StoredResponse, storedFields, variantOf } from './stored.ts';

/** How long a request waits for what another one brings, in milliseconds. */
const FOLLOW_TIME = 5_000;
/** Failures of a backend that a stale response may stand in for (RFC 5861 section 4). */
const FAILURES: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** A request that is not answered from the store at once: what it asks the backend, and what others get of it. */
export class Lookup implements Substitute, Follower, TimerOwner {
  readonly region: Region;
  readonly key: string;
  /** A stale response of that key, which the backend may confirm; null for none. */
  readonly stale: StoredResponse | null;
  readonly ifNoneMatch: string | null;
  readonly ifModifiedSince: string | null;
  private readonly stage: CacheStage;
  private readonly visit: Visit;
  private readonly forward: Forward;
  private readonly mayStore: boolean;
  /** Of the region, when the request set out. */
  private generation: number;
  private sentAt: number;
  /** The one that it leads, or waits for. */
  private flight: Flight | null;
  private isLeader: boolean;
  private timer: Timer | null;
  private reserved: number;

  constructor(
    stage: CacheStage,
    visit: Visit,
    region: Region,
    key: string,
    stale: StoredResponse | null,
    forward: Forward,
    mayStore: boolean,
  ) {
    this.stage = stage;
    this.visit = visit;
    this.region = region;
    this.key = key;
    this.stale = stale;
    this.ifNoneMatch = stage.facts.ifNoneMatch;
    this.ifModifiedSince = stage.facts.ifModifiedSince;
    this.forward = forward;
    this.mayStore = mayStore;
    this.generation = region.generation;
    this.sentAt = 0;
    this.flight = null;
    this.isLeader = false;
    this.timer = null;
    this.reserved = 0;
    visit.substitute = this;
  }

  /** Waits for a request that is under way for the same. */
  follow(flight: Flight): void {
    this.flight = flight;
    flight.join(this);
    this.timer = new Timer(this);
    this.visit.runtime.wheel.set(this.timer, FOLLOW_TIME);
  }

  /** Sets out for the backend; with `leads` others wait for what it brings. */
  setOut(leads: boolean): void {
    const { region, stale, visit } = this;
    this.generation = region.generation;
    this.sentAt = performance.now();
    if (leads) {
      this.flight = new Flight(this.key, region.flights);
      this.isLeader = true;
    }
    if (stale !== null) stale.askIfStillGood(visit.request);
  }

  // As one that follows

  landed(entry: StoredResponse): void {
    this.flight = null;
    this.stopWaiting();
    // What must be validated before each use is for the one who asked.
    if (!entry.fits(this.visit.head) || entry.freshFor(performance.now()) <= 0) {
      this.setOut(false);
      this.visit.proceed();
      return;
    }
    this.stage.serve(this.visit, entry, this, collapsedStatus(this.forward), 'collapsed');
  }

  lead(flight: Flight): void {
    this.stopWaiting();
    this.setOut(false);
    this.flight = flight;
    this.isLeader = true;
    this.visit.proceed();
  }

  leave(): void {
    this.flight = null;
    this.stopWaiting();
    this.setOut(false);
    this.visit.proceed();
  }

  /** It has waited long enough; whoever comes next need not. */
  timeout(): void {
    const { flight } = this;
    if (flight === null || this.isLeader) return;
    this.region.passes.note(this.key, performance.now());
    flight.quit(this);
    this.leave();
  }

  private stopWaiting(): void {
    if (this.timer !== null) this.visit.runtime.wheel.remove(this.timer);
    this.timer = null;
  }

  // The backend has answered, or has not

  forResponse(head: ResponseHead): SubstituteAnswer | null {
    const { stale } = this;
    if (stale === null) return null;
    if (head.status === 304 && stale.isValidatable) return this.confirmed(stale, head);
    return FAILURES.has(head.status) ? this.instead(`status-${head.status}`) : null;
  }

  forFailure({ status, reason }: ProxyError): SubstituteAnswer | null {
    return FAILURES.has(status) ? this.instead(reason) : null;
  }

  private confirmed(stale: StoredResponse, head: ResponseHead): SubstituteAnswer {
    const { policy, store } = this.stage;
    const now = performance.now();
    const entry = refreshed(policy, stale, pairsOf(head.fields), now, now - this.sentAt);
    if (entry === null || this.region.generation !== this.generation) {
      store.delete(stale);
      this.settle(null);
    } else {
      store.set(entry);
      this.settle(entry);
    }
    this.stage.count('revalidated');
    return this.answerWith(entry ?? stale, validatedStatus(), 'cache-revalidated');
  }

  /** The stale response, while it may stand in for the backend. */
  private instead(why: string): SubstituteAnswer | null {
    const { stale } = this;
    const now = performance.now();
    if (stale === null || stale.freshFor(now) + stale.lifetime.staleIfError < 0) return null;
    if (stale.lifetime.staleIfError === 0) return null;
    this.stage.count('stale');
    return this.answerWith(stale, failedStatus(stale.ttl(now), why), 'cache-stale');
  }

  private answerWith(entry: StoredResponse, cacheStatus: string, reason: string): SubstituteAnswer {
    const { visit } = this;
    const coding = codingFor(visit, entry);
    const body = coding === null ? null : codedBody(this.stage.store, entry, coding);
    this.stage.announce(visit, entry);
    return { response: responseFrom(visit, entry, this, cacheStatus, performance.now(), coding, body), reason };
  }

  /** The backend's response goes to the client: it is stored on the way if it may be. */
  responded(head: ResponseHead): void {
    const { stage, stale, visit } = this;
    const now = performance.now();
    const lifetime = this.mayStore ? lifetimeOf(stage.policy, head, now - this.sentAt) : null;
    const variant = lifetime === null ? null : variantOf(head.header('vary'), visit.head);
    const isStored = variant !== null && isKeepable(head) && this.reserve(head.bodyLength);
    visit.response.add('Cache-Status', forwardStatus(this.forward, isStored));
    // What came is newer than what is stored, and says the same of it.
    if (stale !== null && head.status < 500 && head.status !== 304) stage.store.delete(stale);
    if (!isStored) {
      if (this.mayStore && head.status !== 304) this.region.passes.note(this.key, now);
      this.settle(null);
      return;
    }
    this.region.passes.forget(this.key);
    const announced = visit.head.method === 'HEAD' ? head.bodyLength : null;
    visit.capture(stage.policy.maxEntryBytes, (response) => {
      stage.store.free(this.reserved);
      this.reserved = 0;
      if (response === null) this.cutShort();
      else this.keep(response, variant, lifetime!, now, announced);
    });
  }

  private reserve(length: number): boolean {
    const { maxEntryBytes } = this.stage.policy;
    const bytes = length >= 0 ? length : maxEntryBytes;
    if (bytes > maxEntryBytes && this.visit.head.method !== 'HEAD') return false;
    const taken = this.visit.head.method === 'HEAD' ? 0 : bytes;
    if (!this.stage.store.reserve(taken)) return false;
    this.reserved = taken;
    return true;
  }

  private keep(
    { status, headers, body }: CapturedResponse,
    variant: NonNullable<ReturnType<typeof variantOf>>,
    lifetime: NonNullable<ReturnType<typeof lifetimeOf>>,
    at: number,
    announced: number | null,
  ): void {
    const { generation, key, region, stage } = this;
    const fields = storedFields(headers);
    const entry = new StoredResponse(region, key, status, fields, body, variant, lifetime, at, announced);
    const isTooLong = body.length > stage.policy.maxEntryBytes;
    this.settle(region.generation === generation && !isTooLong && stage.store.set(entry) ? entry : null);
  }

  /** The body was longer than an entry may be, or never became whole. */
  private cutShort(): void {
    if (this.visit.aborted) return;
    this.region.passes.note(this.key, performance.now());
    this.settle(null);
  }

  /** Those who wait get what has come of it. */
  private settle(entry: StoredResponse | null): void {
    const { flight } = this;
    if (flight === null || !this.isLeader) return;
    this.flight = null;
    if (entry === null) flight.fail();
    else flight.land(entry);
  }

  /** The exchange is over, with `isAborted` because the client has gone. */
  ended(isAborted: boolean): void {
    this.stopWaiting();
    const { flight } = this;
    this.flight = null;
    if (flight === null) return;
    if (!this.isLeader) flight.quit(this);
    else if (isAborted) flight.abandon();
    else flight.fail();
  }
}

/** An endless stream is not worth waiting for its end. */
function isKeepable(head: ResponseHead): boolean {
  const type = head.header('content-type');
  return type === null || !type.toLowerCase().startsWith('text/event-stream');
}
