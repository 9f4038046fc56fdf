import type { Steps } from '../ir/steps.ts';
import type { Counter, Gauge, Registry } from '../observe/metrics.ts';
import type { PoolCounts } from './backend/endpoint-pool.ts';
import { type CountedRule, isGone, RuleMetrics } from './rule-metrics.ts';
import { SplitMetrics } from './split-metrics.ts';

/** What the proxy counts. */
export class ProxyMetrics {
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
  private readonly rules: RuleMetrics;
  /** By backend. */
  private readonly splits: SplitMetrics;

  constructor(registry: Registry, pools: PoolCounts) {
    this.rules = new RuleMetrics(registry);
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
    this.publish(registry, pools);
  }

  /**
   * Counts a finished exchange. `rule` is null when none took it, `status` is 0 when the client got none, and `reason` is
   * `''` for a backend's answer.
   */
  count(rule: CountedRule | null, status: number, reason: string, seconds: number): void {
    this.rules.count(rule, status, reason, seconds);
  }

  /** Counts it for the backend too that its rule chose among several. `backend` is null where the choice leads nowhere. */
  countChoice(rule: CountedRule, backend: string | null, status: number, seconds: number): void {
    this.splits.count(rule, backend, status, seconds);
    if (isGone(rule)) this.splits.release(rule);
  }

  /** In steps: gives back the series of rules that are in no table any more. */
  *release(rules: Iterable<CountedRule>): Steps<void> {
    for (const rule of rules) {
      this.splits.release(rule);
      this.rules.release(rule);
      yield;
    }
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
      for (const [family, series, read] of counters) family.add(series, read() - family.value(series));
      for (const [family, series, read] of gauges) family.set(series, read());
    });
  }
}
