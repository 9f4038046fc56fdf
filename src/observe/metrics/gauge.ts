import type { Merge, SerialisedFamily } from './serialised.ts';
import { generationOf, Series, type SeriesBounds, slotOf } from './series.ts';

/** A number that goes up and down. */
export class Gauge extends Series {
  /** What the gauge is over several workers. */
  readonly merge: Merge;

  constructor(name: string, help: string, labelNames: readonly string[], within: SeriesBounds, merge: Merge) {
    super(name, help, labelNames, 1, within);
    this.merge = merge;
  }

  set(index: number, value: number): void {
    const slot = slotOf(index);
    if (this.generations[slot] === generationOf(index)) this.values[slot] = value;
  }

  /** Adds `amount`, which may be negative. */
  add(index: number, amount: number): void {
    const slot = slotOf(index);
    if (this.generations[slot] === generationOf(index)) this.values[slot]! += amount;
  }

  inc(index: number): void {
    this.add(index, 1);
  }

  dec(index: number): void {
    this.add(index, -1);
  }

  value(index: number): number {
    const slot = slotOf(index);
    return this.generations[slot] === generationOf(index) ? this.values[slot]! : 0;
  }

  collect(): SerialisedFamily {
    const { name, help, labelNames, merge } = this;
    return { kind: 'gauge', merge, name, help, labelNames, bounds: [], ...this.take() };
  }
}
