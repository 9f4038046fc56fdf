import type { RetryConstraint } from '../../../ir/traffic.ts';
import { RollingCount } from './rolling-count.ts';

/** Which part of a backend's requests may be retries (GEP-3388). */
export class RetryBudget {
  private readonly constraint: RetryConstraint;
  private readonly requests: RollingCount;
  private readonly retries: RollingCount;
  private readonly recent: RollingCount;

  constructor(constraint: RetryConstraint) {
    this.constraint = constraint;
    this.requests = new RollingCount(constraint.interval);
    this.retries = new RollingCount(constraint.interval);
    this.recent = new RollingCount(constraint.minInterval);
  }

  /** A request sets out for the first time. */
  noteRequest(now: number): void {
    this.requests.add(now);
  }

  /** Whether there may be one more retry; it is counted then. */
  take(now: number): boolean {
    const { minCount, percent } = this.constraint;
    const isFree = this.recent.total(now) < minCount;
    if (!isFree && (this.retries.total(now) + 1) * 100 > percent * this.requests.total(now)) return false;
    this.recent.add(now);
    this.retries.add(now);
    return true;
  }
}
