import type { Counter as CounterFamily, Registry } from '../../../observe/metrics.ts';
import { type Counts, SoleCounts } from './counter.ts';

/** What all rate limits of a process have in common. */
export class RateLimits {
  readonly counts: Counts;
  /** Of limits that the proxies of a Gateway keep together. */
  readonly shared: Counts;
  private readonly limited: CounterFamily;
  private readonly failures: CounterFamily;

  /** `counts`: how the process counts; by itself when there is no other. `shared`: that, where no other proxy is heard of. */
  constructor(registry: Registry, counts: Counts = new SoleCounts(), shared: Counts = counts) {
    this.counts = counts;
    this.shared = shared;
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
    const books = new Set([counts.book, shared.book]);
    registry.beforeCollect(() => {
      let size = 0;
      for (const book of books) size += book.size;
      clients.set(series, size);
    });
  }

  /** A request was too many. `policy` is `namespace/name`. */
  countLimited(policy: string, limit: string, rule: string): void {
    this.limited.inc(this.limited.series([policy, limit, rule]));
  }

  countFailure(policy: string, reason: string): void {
    this.failures.inc(this.failures.series([policy, reason]));
  }
}
