import type { SerialisedFamily } from './serialised.ts';
import { generationOf, Series, type SeriesBounds, slotOf } from './series.ts';

/** A number that only grows. */
export class Counter extends Series {
  constructor(name: string, help: string, labelNames: readonly string[], within: SeriesBounds) {
    super(name, help, labelNames, 1, within);
  }

  /** Adds one. */
  inc(index: number): void {
    const slot = slotOf(index);
    if (this.generations[slot] === generationOf(index)) this.values[slot]! += 1;
  }

  /** Adds `amount`, which is not negative. */
  add(index: number, amount: number): void {
    const slot = slotOf(index);
    if (this.generations[slot] === generationOf(index)) this.values[slot]! += amount;
  }

  /** What was counted; 0 for a series that is gone. */
  value(index: number): number {
    const slot = slotOf(index);
    return this.generations[slot] === generationOf(index) ? this.values[slot]! : 0;
  }

  collect(): SerialisedFamily {
    const { name, help, labelNames } = this;
    return { kind: 'counter', merge: 'sum', name, help, labelNames, bounds: [], ...this.take() };
  }
}
