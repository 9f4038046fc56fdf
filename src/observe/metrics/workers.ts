import { merge } from './merge.ts';
import { type MetricsReport, serialisedOf } from './report.ts';
import type { Serialised } from './serialised.ts';

/**
 * The metrics of a set of workers that come and go. A counter must never fall: when a worker ends, what it last
 * reported stays in a base that is added to the living ones, and its gauges go. What a worker counted between its last
 * report and its death is lost, so ask the workers for a report now and then even when nobody scrapes.
 */
export class WorkerMetrics {
  #limit: number;
  #base: Serialised;
  #latest: Map<string | number, MetricsReport>;

  /** `limit` bounds the series per family of the whole. */
  constructor(limit = 20_000) {
    this.#limit = limit;
    this.#base = { families: [] };
    this.#latest = new Map();
  }

  /** Takes the newest report of a worker. */
  report(worker: string | number, metrics: MetricsReport): void {
    this.#latest.set(worker, metrics);
  }

  /** The worker is no more. Whoever takes its name afterwards starts from zero. */
  ended(worker: string | number): void {
    const last = this.#latest.get(worker);
    if (last === undefined) return;
    this.#latest.delete(worker);
    const lasting = { families: serialisedOf(last).families.filter((family) => family.kind !== 'gauge') };
    this.#base = merge([this.#base, lasting], this.#limit);
  }

  /** The whole; `own` are metrics of the process that asks. */
  collect(own: Serialised = { families: [] }): Serialised {
    return merge([own, this.#base, ...Array.from(this.#latest.values(), serialisedOf)], this.#limit);
  }
}
