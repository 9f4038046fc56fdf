import type { Counter, Gauge, Histogram, Registry } from '../observe/metrics.ts';
import type { PoolCounts } from './backend/endpoint-pool.ts';
import { SplitMetrics } from './split-metrics.ts';

/** Label of requests that no rule took. */
const NO_RULE = 'none';

/** A rule as its metrics know it. */
export interface CountedRule {
  readonly key: string;
  /** Where its requests are counted: a number that ProxyMetrics gives out, `UNCOUNTED` before and `GONE` after. */
  slot: number;
}

export const UNCOUNTED = -1;
/** Of a rule that is in no table any more. Requests that it took before may still end. */
const GONE = -2;
/** The slot of requests that no rule took. */
const NONE = 0;
/** Requests that are noted before they are counted. */
const NOTED = 256;

/** The series of one rule, resolved when they are first needed and given back when the rule is gone. */
export class RuleSeries {
  readonly rule: string;
  private readonly metrics: ProxyMetrics;
  /** Of what nearly every request is, a 2xx from a backend; -1 while unused. */
  private success: number;
  private duration: number;
  /** Of everything else, by class of status and reason. */
  private others: Map<string, number> | null;

  constructor(rule: string, metrics: ProxyMetrics) {
    this.rule = rule;
    this.metrics = metrics;
    this.success = -1;
    this.duration = -1;
    this.others = null;
  }

  /** Counts a 2xx of a backend. */
  countSuccess(seconds: number): void {
    const { requests, durations } = this.metrics;
    if (this.success === -1) this.success = requests.series([this.rule, '2xx', '']);
    requests.inc(this.success);
    if (this.duration === -1) this.duration = durations.series([this.rule]);
    durations.observe(this.duration, seconds);
  }

  /** Counts everything else. */
  countOther(status: number, reason: string, seconds: number): void {
    const { requests, durations } = this.metrics;
    requests.inc(this.other(CLASSES[Math.floor(status / 100)]!, reason));
    if (this.duration === -1) this.duration = durations.series([this.rule]);
    durations.observe(this.duration, seconds);
  }

  release(): void {
    const { requests, durations } = this.metrics;
    if (this.success !== -1) requests.release(this.success);
    if (this.others !== null) for (const series of this.others.values()) requests.release(series);
    if (this.duration !== -1) durations.release(this.duration);
    this.success = -1;
    this.duration = -1;
    this.others = null;
  }

  private other(family: string, reason: string): number {
    const key = `${family} ${reason}`;
    this.others ??= new Map();
    let series = this.others.get(key);
    if (series === undefined) {
      series = this.metrics.requests.series([this.rule, family, reason]);
      this.others.set(key, series);
    }
    return series;
  }
}

const CLASSES = ['0', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

/** What the proxy counts. */
export class ProxyMetrics {
  readonly requests: Counter;
  readonly durations: Histogram;
  /** Numbers that the data path adds to; they are handed to the registry when it is collected. */
  connectionsTotal: number;
  connectionsOpen: number;
  requestBytes: number;
  responseBytes: number;
  retries: number;
  mirrored: number;
  mirrorsDropped: number;
  reports: number;
  reportsDropped: number;
  spans: number;
  spansDropped: number;
  handshakeFailures: number;
  /** By backend. */
  private readonly splits: SplitMetrics;
  /** The rules that have series, and those by slot; a slot that is given back has none. */
  private readonly rules: Set<CountedRule>;
  private readonly series: (RuleSeries | null)[];
  private readonly free: number[];
  /**
   * Requests in the order in which they ended. Counting one reads half a dozen places in memory that no request before it
   * has read, the rule among them, one after the other; counted many at a time, the processor waits for them all at once.
   */
  private readonly notedRules: (CountedRule | null)[];
  private readonly notedSeconds: Float64Array;
  private noted: number;

  constructor(registry: Registry, pools: PoolCounts) {
    this.requests = registry.counter(
      'headgate_requests_total',
      "Requests by rule, class of status, and why the proxy itself answered (empty for a backend's answer).",
      ['rule', 'code', 'reason'],
    );
    this.durations = registry.histogram(
      'headgate_request_duration_seconds',
      'From the first byte of a request to the last of its response, by rule.',
      ['rule'],
    );
    this.splits = new SplitMetrics(registry);
    this.connectionsTotal = 0;
    this.connectionsOpen = 0;
    this.requestBytes = 0;
    this.responseBytes = 0;
    this.retries = 0;
    this.mirrored = 0;
    this.mirrorsDropped = 0;
    this.reports = 0;
    this.reportsDropped = 0;
    this.spans = 0;
    this.spansDropped = 0;
    this.handshakeFailures = 0;
    this.rules = new Set();
    this.series = [new RuleSeries(NO_RULE, this)];
    this.free = [];
    this.notedRules = new Array<CountedRule | null>(NOTED).fill(null);
    this.notedSeconds = new Float64Array(NOTED);
    this.noted = 0;
    this.publish(registry, pools);
  }

  /**
   * Counts a finished exchange. `rule` is null when none took it, `status` is 0 when the client got none, and `reason` is
   * `''` for a backend's answer.
   */
  count(rule: CountedRule | null, status: number, reason: string, seconds: number): void {
    if (reason === '' && status >= 200 && status < 300) {
      this.notedRules[this.noted] = rule;
      this.notedSeconds[this.noted] = seconds;
      if (++this.noted === NOTED) this.countNoted();
      return;
    }
    const series = this.seriesOf(rule);
    series.countOther(status, reason, seconds);
    if (rule?.slot === GONE) series.release();
  }

  /** Counts it for the backend too that its rule chose among several. `backend` is null where the choice leads nowhere. */
  countChoice(rule: CountedRule, backend: string | null, status: number, seconds: number): void {
    this.splits.count(rule, backend, status, seconds);
    if (rule.slot === GONE) this.splits.release(rule);
  }

  /** Gives back the series of rules that are in no table any more. */
  release(rules: Iterable<CountedRule>): void {
    this.countNoted();
    for (const rule of rules) {
      this.splits.release(rule);
      if (this.rules.delete(rule)) {
        this.series[rule.slot]!.release();
        this.series[rule.slot] = null;
        this.free.push(rule.slot);
      }
      rule.slot = GONE;
    }
  }

  private countNoted(): void {
    const { notedRules, notedSeconds } = this;
    for (let i = 0; i < this.noted; i++) {
      const rule = notedRules[i]!;
      const series = this.seriesOf(rule);
      series.countSuccess(notedSeconds[i]!);
      if (rule !== null && rule.slot === GONE) series.release();
    }
    this.noted = 0;
  }

  /** Whoever counts for a rule that is gone releases them at once: nobody else would. */
  private seriesOf(rule: CountedRule | null): RuleSeries {
    if (rule === null) return this.series[NONE]!;
    if (rule.slot === GONE) return new RuleSeries(rule.key, this);
    return this.series[rule.slot === UNCOUNTED ? this.admit(rule) : rule.slot]!;
  }

  /** The slot of a rule that is counted for the first time. */
  private admit(rule: CountedRule): number {
    rule.slot = this.free.pop() ?? this.series.length;
    this.series[rule.slot] = new RuleSeries(rule.key, this);
    this.rules.add(rule);
    return rule.slot;
  }

  private publish(registry: Registry, pools: PoolCounts): void {
    const counters: [Counter, number, () => number][] = [];
    const gauges: [Gauge, number, () => number][] = [];
    const counter = (name: string, help: string, read: () => number) => {
      const family = registry.counter(name, help);
      counters.push([family, family.series([]), read]);
    };
    const gauge = (name: string, help: string, read: () => number) => {
      const family = registry.gauge(name, help);
      gauges.push([family, family.series([]), read]);
    };
    counter('headgate_client_connections_total', 'Connections from clients.', () => this.connectionsTotal);
    counter('headgate_request_body_bytes_total', 'Bytes of request bodies.', () => this.requestBytes);
    counter('headgate_response_body_bytes_total', 'Bytes of response bodies.', () => this.responseBytes);
    counter('headgate_backend_retries_total', 'Attempts after the first one.', () => this.retries);
    counter('headgate_backend_connects_total', 'Connections opened to backends.', () => pools.connects);
    counter('headgate_backend_connect_failures_total', 'Connections that failed to open.', () => pools.connectFailures);
    counter('headgate_backend_reuses_total', 'Requests sent on a kept connection.', () => pools.reuses);
    counter('headgate_mirrored_requests_total', 'Requests that were mirrored.', () => this.mirrored);
    counter('headgate_mirrors_dropped_total', 'Requests not mirrored because of a bound.', () => this.mirrorsDropped);
    counter('headgate_request_reports_total', 'Reports of requests that were taken.', () => this.reports);
    counter(
      'headgate_request_reports_dropped_total',
      'Reports of requests that nobody took, or that there was no room for.',
      () => this.reportsDropped,
    );
    counter('headgate_spans_total', 'Spans that a collector took.', () => this.spans);
    counter(
      'headgate_spans_dropped_total',
      'Spans that no collector took, or that there was no room for.',
      () => this.spansDropped,
    );
    counter('headgate_tls_handshake_failures_total', 'TLS handshakes that failed.', () => this.handshakeFailures);
    gauge('headgate_client_connections', 'Open connections from clients.', () => this.connectionsOpen);
    gauge('headgate_backend_connections', 'Open connections to backends.', () => pools.open);
    counter('headgate_circuit_openings_total', 'Times that a circuit has opened.', () => pools.openings);
    gauge('headgate_circuits_open', 'Circuits that are open or half open.', () => pools.openCircuits);
    gauge('headgate_endpoints_left_out', 'Endpoints that health checks leave out.', () => pools.leftOut);
    gauge('headgate_backend_pending_requests', 'Requests that wait for a connection.', () => pools.waiting);
    registry.beforeCollect(() => {
      this.countNoted();
      for (const [family, series, read] of counters) family.add(series, read() - family.value(series));
      for (const [family, series, read] of gauges) family.set(series, read());
    });
  }
}
