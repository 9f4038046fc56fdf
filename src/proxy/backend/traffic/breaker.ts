import type { CircuitBreaker } from '../../../ir/traffic.ts';
import { RollingCount } from './rolling-count.ts';

const CLOSED = 0;
const OPEN = 1;
const HALF_OPEN = 2;

/** What circuits are counted in, over all of them. */
export type CircuitCounts = { openCircuits: number; openings: number };

/** The circuit is open, or half open and tried already. */
export const REFUSED = -1;

/**
 * A circuit breaker. Closed, it counts failures and opens when there are too many. Open, it refuses everything until
 * `openDuration` is over. Half open, it lets `halfOpenRequests` through: when all of them succeed it closes, and the
 * first that fails opens it anew.
 *
 * Every admission has a period, and what comes of a request counts only in the period in which it was admitted: what set
 * out before the circuit opened neither closes it nor opens it again.
 */
export class Breaker {
  settings: CircuitBreaker;
  private readonly counts: CircuitCounts;
  private state: number;
  private period: number;
  private openUntil: number;
  /** Failures in a row. */
  private failures: number;
  private readonly requests: RollingCount;
  private readonly failed: RollingCount;
  /** Of the half-open circuit: let through and not given up, and succeeded. */
  private probes: number;
  private passed: number;

  constructor(settings: CircuitBreaker, counts: CircuitCounts = { openCircuits: 0, openings: 0 }) {
    this.settings = settings;
    this.counts = counts;
    this.state = CLOSED;
    this.period = 0;
    this.openUntil = 0;
    this.failures = 0;
    const interval = settings.failureRatio?.interval ?? 1_000;
    this.requests = new RollingCount(interval);
    this.failed = new RollingCount(interval);
    this.probes = 0;
    this.passed = 0;
  }

  get isClosed(): boolean {
    return this.state === CLOSED;
  }

  /** The period of an admission, to be handed back with what came of it; `REFUSED` without one. */
  admit(now: number): number {
    if (this.state === OPEN) {
      if (now < this.openUntil) return REFUSED;
      this.turn(HALF_OPEN);
    }
    if (this.state === HALF_OPEN) {
      if (this.probes >= this.settings.halfOpenRequests) return REFUSED;
      this.probes++;
    }
    return this.period;
  }

  /** Whole seconds after which it is worth asking again; at least 1. */
  retryAfter(now: number): number {
    return this.state === OPEN ? Math.max(1, Math.ceil((this.openUntil - now) / 1_000)) : 1;
  }

  succeeded(period: number, now: number): void {
    if (period !== this.period) return;
    if (this.state === HALF_OPEN) {
      if (++this.passed >= this.settings.halfOpenRequests) this.turn(CLOSED);
      return;
    }
    this.failures = 0;
    if (this.settings.failureRatio !== null) this.requests.add(now);
  }

  failedAt(period: number, now: number): void {
    if (period !== this.period) return;
    const { consecutiveFailures, failureRatio } = this.settings;
    if (this.state === HALF_OPEN) {
      this.open(now);
      return;
    }
    this.failures++;
    if (failureRatio === null) {
      if (this.failures >= consecutiveFailures) this.open(now);
      return;
    }
    this.requests.add(now);
    this.failed.add(now);
    const total = this.requests.total(now);
    if (total < failureRatio.minimumRequests) return;
    if (this.failed.total(now) * 100 >= failureRatio.percent * total) this.open(now);
  }

  /** Nobody will know what would have come of it: the client has gone, say. */
  abandoned(period: number): void {
    if (period === this.period && this.state === HALF_OPEN) this.probes--;
  }

  /** Nobody asks it any more. */
  forget(): void {
    if (this.state !== CLOSED) this.turn(CLOSED);
  }

  private open(now: number): void {
    this.openUntil = now + this.settings.openDuration;
    this.turn(OPEN);
  }

  private turn(state: number): void {
    if (state === OPEN) this.counts.openings++;
    if ((this.state === CLOSED) !== (state === CLOSED)) this.counts.openCircuits += state === CLOSED ? -1 : 1;
    this.state = state;
    this.period++;
    this.failures = 0;
    this.probes = 0;
    this.passed = 0;
    this.requests.clear();
    this.failed.clear();
  }
}
