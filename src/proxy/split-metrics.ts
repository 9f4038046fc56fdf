import type { Counter, Histogram, Registry } from '../observe/metrics.ts';

/** The series of one backend of one rule. */
type BackendSeries = {
  /** By class of status. */
  readonly requests: Map<string, number>;
  readonly duration: number;
};

/** A rule with more than one backend, as it is counted here. */
export interface SplitRule {
  readonly key: string;
}

/** What the backends of a rule that splits its requests do with them: by this a canary is judged. */
export class SplitMetrics {
  private readonly requests: Counter;
  private readonly durations: Histogram;
  private readonly rules: Map<SplitRule, Map<string, BackendSeries>>;

  constructor(registry: Registry) {
    this.requests = registry.counter(
      'headgate_backend_requests_total',
      'Requests of rules with several backends, by backend and class of status.',
      ['rule', 'backend', 'code'],
    );
    this.durations = registry.histogram(
      'headgate_backend_request_duration_seconds',
      'As headgate_request_duration_seconds, of rules with several backends, by backend.',
      ['rule', 'backend'],
    );
    this.rules = new Map();
  }

  /** Counts a finished request. `backend` is null where a reference leads nowhere, `status` 0 when the client got none. */
  count(rule: SplitRule, backend: string | null, status: number, seconds: number): void {
    const series = this.seriesOf(rule, backend ?? 'none');
    const code = status === 0 ? '0' : `${Math.floor(status / 100)}xx`;
    let counter = series.requests.get(code);
    if (counter === undefined) {
      counter = this.requests.series([rule.key, backend ?? 'none', code]);
      series.requests.set(code, counter);
    }
    this.requests.inc(counter);
    this.durations.observe(series.duration, seconds);
  }

  /** Gives back the series of a rule that is in no table any more. */
  release(rule: SplitRule): void {
    const backends = this.rules.get(rule);
    if (backends === undefined) return;
    this.rules.delete(rule);
    for (const { duration, requests } of backends.values()) {
      for (const series of requests.values()) this.requests.release(series);
      this.durations.release(duration);
    }
  }

  private seriesOf(rule: SplitRule, backend: string): BackendSeries {
    let backends = this.rules.get(rule);
    if (backends === undefined) {
      backends = new Map();
      this.rules.set(rule, backends);
    }
    let series = backends.get(backend);
    if (series === undefined) {
      series = { requests: new Map(), duration: this.durations.series([rule.key, backend]) };
      backends.set(backend, series);
    }
    return series;
  }
}
