import type { Counter as CounterFamily, Registry } from '../../../observe/metrics.ts';
import { type Counts, SoleCounts } from './counter.ts';

/** What all rate limits of a process have in common. */
export class RateLimits {
  readonly counts: Counts;
  private readonly limited: CounterFamily;
  private readonly failures: CounterFamily;

  /** `counts`: how the process counts; by itself when there is no other. */
  constructor(registry: Registry, counts: Counts = new SoleCounts()) {
    this.counts = counts;
    this.limited = registry.counter('headgate_rate_limited_requests_total', 'Requests that were too many.', [
      'policy',
      'limit',
      'rule',
    ]);
    this.failures = registry.counter(
      'headgate_rate_limit_redis_failures_total',
      'How often a Redis was given up on for a while, and requests were counted without it.',
      ['policy', 'reason'],
    );
    const clients = registry.gauge('headgate_rate_limit_clients', 'Clients whose requests are counted.');
    const series = clients.series([]);
    registry.beforeCollect(() => clients.set(series, counts.book.size));
  }

  /** A request was too many. `policy` is `namespace/name`. */
  countLimited(policy: string, limit: string, rule: string): void {
    this.limited.inc(this.limited.series([policy, limit, rule]));
  }

  countFailure(policy: string, reason: string): void {
    this.failures.inc(this.failures.series([policy, reason]));
  }
}
