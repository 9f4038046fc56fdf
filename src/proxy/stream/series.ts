import type { Counter, Gauge, Registry } from '../../observe/metrics.ts';
import type { StreamEnd } from './end.ts';

/** Label of what no route took. */
const NO_RULE = 'none';

/** A stream as its metrics know it. The series hang on it, where a connection has them at hand. */
export interface CountedStream {
  readonly key: string;
  series: StreamSeries | null;
}

/** The series of one stream of the table, given back when it is gone. */
export class StreamSeries {
  readonly metrics: StreamMetrics;
  private readonly rule: string;
  private readonly open: number;
  private readonly bytesReceived: number;
  private readonly bytesSent: number;
  private readonly datagramsReceived: number;
  private readonly datagramsSent: number;
  private readonly ends: Map<string, number>;
  private readonly drops: Map<string, number>;
  private isReleased: boolean;

  constructor(rule: string, metrics: StreamMetrics) {
    const isDatagrams = rule === NO_RULE || rule.startsWith('udproute/');
    this.metrics = metrics;
    this.rule = rule;
    this.open = metrics.open.series([rule]);
    this.bytesReceived = metrics.bytesReceived.series([rule]);
    this.bytesSent = metrics.bytesSent.series([rule]);
    this.datagramsReceived = isDatagrams ? metrics.datagramsReceived.series([rule]) : -1;
    this.datagramsSent = isDatagrams ? metrics.datagramsSent.series([rule]) : -1;
    this.ends = new Map();
    this.drops = new Map();
    this.isReleased = false;
  }

  began(): void {
    this.metrics.open.inc(this.open);
  }

  ended(reason: StreamEnd): void {
    this.metrics.open.dec(this.open);
    this.refused(reason);
  }

  /** It ended before it began: no backend was asked. */
  refused(reason: StreamEnd): void {
    this.count(this.metrics.ended, this.ends, reason);
  }

  received(bytes: number): void {
    this.metrics.bytesReceived.add(this.bytesReceived, bytes);
  }

  sent(bytes: number): void {
    this.metrics.bytesSent.add(this.bytesSent, bytes);
  }

  receivedDatagram(bytes: number): void {
    this.metrics.bytesReceived.add(this.bytesReceived, bytes);
    this.metrics.datagramsReceived.inc(this.datagramsReceived);
  }

  sentDatagram(bytes: number): void {
    this.metrics.bytesSent.add(this.bytesSent, bytes);
    this.metrics.datagramsSent.inc(this.datagramsSent);
  }

  dropped(reason: StreamEnd): void {
    this.count(this.metrics.dropped, this.drops, reason);
  }

  release(): void {
    const { metrics } = this;
    this.isReleased = true;
    metrics.open.release(this.open);
    metrics.bytesReceived.release(this.bytesReceived);
    metrics.bytesSent.release(this.bytesSent);
    if (this.datagramsReceived !== -1) metrics.datagramsReceived.release(this.datagramsReceived);
    if (this.datagramsSent !== -1) metrics.datagramsSent.release(this.datagramsSent);
    for (const series of this.ends.values()) metrics.ended.release(series);
    for (const series of this.drops.values()) metrics.dropped.release(series);
  }

  private count(counter: Counter, known: Map<string, number>, reason: StreamEnd): void {
    let series = known.get(reason);
    if (series === undefined || this.isReleased) {
      series = counter.series([this.rule, reason]);
      // A stream that outlives its entry is still reported for a while.
      if (this.isReleased) counter.release(series);
      else known.set(reason, series);
    }
    counter.inc(series);
  }
}

/** What the proxy counts of streams. */
export class StreamMetrics {
  readonly ended: Counter;
  readonly open: Gauge;
  readonly bytesReceived: Counter;
  readonly bytesSent: Counter;
  readonly datagramsReceived: Counter;
  readonly datagramsSent: Counter;
  readonly dropped: Counter;
  /** Of what no route took. */
  readonly none: StreamSeries;
  private readonly streams: Set<CountedStream>;

  constructor(registry: Registry) {
    const rule = ['rule'];
    this.ended = registry.counter(
      'headgate_streams_total',
      'Connections of TLSRoutes and TCPRoutes and sessions of UDPRoutes that ended, and why.',
      ['rule', 'reason'],
    );
    this.open = registry.gauge('headgate_streams', 'Open connections and sessions of streams.', rule);
    this.bytesReceived = registry.counter('headgate_stream_received_bytes_total', 'Bytes from clients.', rule);
    this.bytesSent = registry.counter('headgate_stream_sent_bytes_total', 'Bytes to clients.', rule);
    this.datagramsReceived = registry.counter('headgate_datagrams_received_total', 'Datagrams from clients.', rule);
    this.datagramsSent = registry.counter('headgate_datagrams_sent_total', 'Datagrams to clients.', rule);
    this.dropped = registry.counter('headgate_datagrams_dropped_total', 'Datagrams dropped, and why.', [
      'rule',
      'reason',
    ]);
    this.none = new StreamSeries(NO_RULE, this);
    this.streams = new Set();
  }

  /** The series of a stream of the table that is being served. */
  of(stream: CountedStream): StreamSeries {
    if (stream.series === null) {
      stream.series = new StreamSeries(stream.key, this);
      this.streams.add(stream);
    }
    return stream.series;
  }

  /** Gives back the series of streams that are in no table any more. */
  retain(isServed: (stream: object) => boolean): void {
    for (const stream of this.streams) {
      if (isServed(stream)) continue;
      this.streams.delete(stream);
      stream.series?.release();
      stream.series = null;
    }
  }
}
