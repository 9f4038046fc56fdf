/**
 * Metrics for the request path. A family's series are resolved to an index when the routing table is compiled (or at
 * the first use, and kept); counting is then one addition in a typed array. Parts: `metrics/series.ts` (indexes),
 * `counter.ts`, `gauge.ts`, `histogram.ts` (storage), `serialised.ts` and `report.ts` (what is sent between processes),
 * `merge.ts` (several workers), `workers.ts` (workers that restart), `exposition.ts` (Prometheus' text).
 */
import { Counter } from './metrics/counter.ts';
import { Gauge } from './metrics/gauge.ts';
import { DURATION_BOUNDS, Histogram } from './metrics/histogram.ts';
import type { Merge, Serialised } from './metrics/serialised.ts';
import { MAX_SERIES, type SeriesBounds } from './metrics/series.ts';

export type { Counter } from './metrics/counter.ts';
export { PROMETHEUS_TYPE, toPrometheus } from './metrics/exposition.ts';
export type { Gauge } from './metrics/gauge.ts';
export type { Histogram } from './metrics/histogram.ts';
export { merge } from './metrics/merge.ts';
export { type MetricsReport, reportOf } from './metrics/report.ts';
export type { Serialised } from './metrics/serialised.ts';
export { OVERFLOW } from './metrics/series.ts';
export { WorkerMetrics } from './metrics/workers.ts';

export type RegistryOptions = {
  /** The most series that one family may have; what is more is counted in one series labelled `_overflow`. */
  readonly seriesLimit?: number;
  /** Milliseconds for which a series that was released is still reported; longer than scrapes are apart. Default one minute. */
  readonly retention?: number;
};

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The metrics of one process. Names and labels are checked when a family is made, never while counting. */
export class Registry {
  #families: Map<string, Counter | Gauge | Histogram>;
  #bounds: SeriesBounds;
  #beforeCollect: (() => void)[];

  constructor(options: RegistryOptions = {}) {
    const limit = options.seriesLimit ?? 20_000;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_SERIES) {
      throw new RangeError(`metrics: seriesLimit is ${limit}, allowed are 1 to ${MAX_SERIES}`);
    }
    this.#families = new Map();
    this.#bounds = { limit, retention: options.retention ?? 60_000 };
    this.#beforeCollect = [];
  }

  counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return this.#add(new Counter(name, help, labelNames, this.#bounds));
  }

  /** `merge` says what the gauge is over several workers: the sum, or the largest. */
  gauge(name: string, help: string, labelNames: readonly string[] = [], merge: Merge = 'sum'): Gauge {
    return this.#add(new Gauge(name, help, labelNames, this.#bounds, merge));
  }

  /** `bounds` are the upper bounds of the buckets, growing, in the unit that the name ends with. */
  histogram(name: string, help: string, labelNames: readonly string[] = [], bounds = DURATION_BOUNDS): Histogram {
    for (let i = 0; i < bounds.length; i++) {
      if (!Number.isFinite(bounds[i]) || (i > 0 && bounds[i]! <= bounds[i - 1]!)) {
        throw new RangeError(`metric ${name}: bounds must be finite and growing, they are ${bounds.join(', ')}`);
      }
    }
    if (labelNames.includes('le')) throw new TypeError(`metric ${name}: a histogram has a label le of its own`);
    return this.#add(new Histogram(name, help, labelNames, this.#bounds, bounds));
  }

  /** Runs `set` before each collection: for numbers that are read rather than counted. */
  beforeCollect(set: () => void): void {
    this.#beforeCollect.push(set);
  }

  /** Everything as it is now, ready to be sent to another process. Released series are in it until their retention is over. */
  collect(): Serialised {
    for (const set of this.#beforeCollect) set();
    return { families: Array.from(this.#families.values(), (family) => family.collect()) };
  }

  #add<F extends Counter | Gauge | Histogram>(family: F): F {
    const { name, labelNames } = family;
    if (!METRIC_NAME.test(name)) throw new TypeError(`metric ${JSON.stringify(name)} is not a Prometheus name`);
    for (const label of labelNames) {
      if (!LABEL_NAME.test(label)) {
        throw new TypeError(`metric ${name}: label ${JSON.stringify(label)} is not a Prometheus name`);
      }
    }
    if (new Set(labelNames).size !== labelNames.length) throw new TypeError(`metric ${name}: a label is named twice`);
    if (this.#families.has(name)) throw new TypeError(`metric ${name} exists already`);
    this.#families.set(name, family);
    return family;
  }
}
