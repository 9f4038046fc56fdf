/**
 * The series of one metric family: which label values have which index, and who holds them.
 *
 * An index is a slot in the family's arrays together with the slot's generation. A series that was released for good
 * gives its slot to another one, and whoever still has the old index then counts into nothing: never into the other.
 */

/** The label value of the series that takes what goes past a family's bound. */
export const OVERFLOW = '_overflow';

/** The index of the overflow series; every family has it in slot 0. */
const OVERFLOW_INDEX = 0;

const SLOT_BITS = 20;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const LAST_GENERATION = (1 << (31 - SLOT_BITS)) - 1;

/** The most series that a family can be allowed: what the slot part of an index can address, less the overflow. */
export const MAX_SERIES = SLOT_MASK;

export function slotOf(index: number): number {
  return index & SLOT_MASK;
}

export function generationOf(index: number): number {
  return index >>> SLOT_BITS;
}

/** A map key that is equal for equal label values only. */
export function seriesKey(values: readonly string[]): string {
  return values.length === 1 ? values[0]! : JSON.stringify(values);
}

/** How many series a family may have, and for how long it reports one that nobody holds, in milliseconds. */
export type SeriesBounds = { readonly limit: number; readonly retention: number };

/** Shared storage of every kind of family: `stride` numbers for each series. */
export class Series {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Numbers per series. */
  readonly stride: number;
  readonly limit: number;
  /** Milliseconds for which a series without a holder is still reported. */
  readonly retention: number;
  /** Slot after slot, `stride` numbers each. Replaced when it grows: do not keep it. */
  protected values: Float64Array;
  /** The generation that each slot is in now. */
  protected generations: Uint16Array;
  #holds: Uint32Array;
  #labels: (readonly string[])[];
  #slots: Map<string, number>;
  /** Slots without a holder, with when the last one left (`performance.now()`); first released, first reused. */
  #retired: Map<number, number>;
  #free: number[];
  #used: number;
  #overflowed: boolean;

  constructor(name: string, help: string, labelNames: readonly string[], stride: number, bounds: SeriesBounds) {
    this.name = name;
    this.help = help;
    this.labelNames = labelNames;
    this.stride = stride;
    this.limit = bounds.limit;
    this.retention = bounds.retention;
    this.values = new Float64Array(8 * stride);
    this.generations = new Uint16Array(8);
    this.#holds = new Uint32Array(8);
    this.#labels = [labelNames.map(() => OVERFLOW)];
    this.#slots = new Map();
    this.#retired = new Map();
    this.#free = [];
    this.#used = 1;
    this.#overflowed = false;
  }

  /**
   * The index of the series with these label values, to be kept and counted into. Every call takes a hold, which
   * `release` gives back. Past the family's bound it is the overflow series.
   */
  series(labelValues: readonly string[]): number {
    if (labelValues.length !== this.labelNames.length) {
      throw new TypeError(
        `metric ${this.name}: ${labelValues.length} label values, but it has the labels [${this.labelNames.join(', ')}]`,
      );
    }
    const key = seriesKey(labelValues);
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = this.#take();
      if (slot === 0) {
        this.#overflowed = true;
        return OVERFLOW_INDEX;
      }
      this.#slots.set(key, slot);
      this.#labels[slot] = labelValues.slice();
    } else if (this.#holds[slot] === 0) {
      this.#retired.delete(slot);
    }
    this.#holds[slot]! += 1;
    return (this.generations[slot]! << SLOT_BITS) | slot;
  }

  /**
   * Gives one hold back. When it was the last one, the series is reported for the retention time, and at least once
   * more, so that no scrape misses its last counts; then it is gone, and what is counted into the index is dropped.
   */
  release(index: number): void {
    const slot = slotOf(index);
    if (slot === 0) return;
    if (this.generations[slot] !== generationOf(index) || this.#holds[slot] === 0) {
      throw new RangeError(`metric ${this.name}: series index ${index} was released more often than taken`);
    }
    this.#holds[slot]! -= 1;
    if (this.#holds[slot] === 0) this.#retired.set(slot, performance.now());
  }

  /** How many series there are, the overflow not counted. */
  get size(): number {
    return this.#slots.size;
  }

  /** Label values and numbers of every series, compact; afterwards the series whose retention is over are gone. */
  protected take(): { labels: (readonly string[])[]; values: Float64Array } {
    const stride = this.stride;
    const count = this.#slots.size + (this.#overflowed ? 1 : 0);
    const labels: (readonly string[])[] = new Array(count);
    const values = new Float64Array(count * stride);
    let n = 0;
    if (this.#overflowed) {
      labels[0] = this.#labels[0]!;
      values.set(this.values.subarray(0, stride), 0);
      n = 1;
    }
    for (const slot of this.#slots.values()) {
      labels[n] = this.#labels[slot]!;
      for (let i = 0; i < stride; i++) values[n * stride + i] = this.values[slot * stride + i]!;
      n++;
    }
    const until = performance.now() - this.retention;
    for (const [slot, since] of this.#retired) {
      if (since > until) break;
      this.#retired.delete(slot);
      this.#vacate(slot);
    }
    return { labels, values };
  }

  /** A slot for a new series, zeroed; 0 when the bound is reached. */
  #take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#used <= this.limit) {
      const slot = this.#used++;
      if (slot >= this.generations.length) this.#grow();
      return slot;
    }
    for (const slot of this.#retired.keys()) {
      this.#retired.delete(slot);
      this.#vacate(slot);
      const vacated = this.#free.pop();
      if (vacated !== undefined) return vacated;
    }
    return 0;
  }

  /** Takes a slot from its series. A slot whose generations are used up is never given out again. */
  #vacate(slot: number): void {
    this.#slots.delete(seriesKey(this.#labels[slot]!));
    this.#labels[slot] = [];
    this.values.fill(0, slot * this.stride, (slot + 1) * this.stride);
    const generation = this.generations[slot]!;
    // One above the last: no index has it, so that the slot takes nothing any more.
    this.generations[slot] = generation + 1;
    if (generation < LAST_GENERATION) this.#free.push(slot);
  }

  #grow(): void {
    const capacity = Math.min(this.generations.length * 2, this.limit + 1);
    const values = new Float64Array(capacity * this.stride);
    values.set(this.values);
    this.values = values;
    const generations = new Uint16Array(capacity);
    generations.set(this.generations);
    this.generations = generations;
    const holds = new Uint32Array(capacity);
    holds.set(this.#holds);
    this.#holds = holds;
  }
}
