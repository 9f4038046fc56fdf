import type { SerialisedFamily } from './serialised.ts';
import { generationOf, Series, type SeriesBounds, slotOf } from './series.ts';

/** Upper bounds in seconds that suit the duration of requests: 0.5 ms to 30 s. */
export const DURATION_BOUNDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** Observations counted by upper bound. A series is the sum, next to it one number per bound, and one for everything above. */
export class Histogram extends Series {
  /** Upper bounds, inclusive, growing; the bucket above the last one is implied. */
  readonly bounds: readonly number[];
  #bounds: Float64Array;

  constructor(
    name: string,
    help: string,
    labelNames: readonly string[],
    within: SeriesBounds,
    bounds: readonly number[],
  ) {
    super(name, help, labelNames, bounds.length + 2, within);
    this.bounds = bounds;
    this.#bounds = Float64Array.from(bounds);
  }

  /** Counts one observation, for a duration in seconds. */
  observe(index: number, value: number): void {
    const slot = slotOf(index);
    if (this.generations[slot] !== generationOf(index)) return;
    const bounds = this.#bounds;
    const count = bounds.length;
    // Most durations are short, and a scan of a few numbers in one cache line beats a binary search.
    let bucket = 0;
    while (bucket < count && value > bounds[bucket]!) bucket++;
    const base = slot * this.stride;
    this.values[base]! += value;
    this.values[base + 1 + bucket]! += 1;
  }

  /** How many observations the series has; 0 for a series that is gone. */
  count(index: number): number {
    const slot = slotOf(index);
    if (this.generations[slot] !== generationOf(index)) return 0;
    let count = 0;
    for (let i = slot * this.stride + 1; i < (slot + 1) * this.stride; i++) count += this.values[i]!;
    return count;
  }

  collect(): SerialisedFamily {
    const { name, help, labelNames, bounds } = this;
    return { kind: 'histogram', merge: 'sum', name, help, labelNames, bounds, ...this.take() };
  }
}
