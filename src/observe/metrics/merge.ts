import type { Serialised, SerialisedFamily } from './serialised.ts';
import { strideOf } from './serialised.ts';
import { MAX_SERIES, OVERFLOW, seriesKey } from './series.ts';

/**
 * One whole of several registries: counters and histograms are summed, gauges summed or their largest taken, as the
 * family says. A family has at most `limit` series, what is more goes to its overflow series.
 *
 * Throws a TypeError when two registries mean different things by one name, or when the typed arrays were lost on the way.
 */
export function merge(parts: readonly Serialised[], limit = 20_000): Serialised {
  const byName = new Map<string, Sum>();
  for (const part of parts) {
    for (const family of part.families) {
      let sum = byName.get(family.name);
      if (sum === undefined) {
        sum = new Sum(family, Math.min(limit, MAX_SERIES));
        byName.set(family.name, sum);
      }
      sum.add(family);
    }
  }
  return { families: Array.from(byName.values(), (sum) => sum.result()) };
}

class Sum {
  #shape: SerialisedFamily;
  #stride: number;
  #limit: number;
  #places: Map<string, number>;
  #labels: (readonly string[])[];
  #values: Float64Array;

  constructor(shape: SerialisedFamily, limit: number) {
    this.#shape = shape;
    this.#stride = strideOf(shape);
    this.#limit = limit;
    this.#places = new Map();
    this.#labels = [];
    this.#values = new Float64Array(0);
  }

  add(family: SerialisedFamily): void {
    this.#check(family);
    const stride = this.#stride;
    this.#reserve(this.#labels.length + family.labels.length + 1);
    for (let s = 0; s < family.labels.length; s++) {
      const known = this.#labels.length;
      const place = this.#place(family.labels[s]!);
      const target = this.#values;
      const fresh = place === known;
      for (let i = 0; i < stride; i++) {
        const value = family.values[s * stride + i]!;
        const at = place * stride + i;
        if (family.merge === 'sum' || fresh) target[at]! += value;
        else if (value > target[at]!) target[at] = value;
      }
    }
  }

  result(): SerialisedFamily {
    return { ...this.#shape, labels: this.#labels, values: this.#values.slice(0, this.#labels.length * this.#stride) };
  }

  #place(labels: readonly string[]): number {
    const key = seriesKey(labels);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const overflow = labels.length > 0 && labels.every((value) => value === OVERFLOW);
    if (!overflow && this.#places.size >= this.#limit) return this.#place(labels.map(() => OVERFLOW));
    const place = this.#labels.length;
    this.#places.set(key, place);
    this.#labels.push(labels);
    return place;
  }

  #reserve(series: number): void {
    if (series * this.#stride <= this.#values.length) return;
    const values = new Float64Array(Math.max(series, this.#labels.length * 2) * this.#stride);
    values.set(this.#values);
    this.#values = values;
  }

  #check(family: SerialisedFamily): void {
    if (!ArrayBuffer.isView(family.values)) {
      throw new TypeError(
        `metric ${family.name}: its values are no typed array: send them by structured clone (serialization: 'advanced')`,
      );
    }
    const shape = this.#shape;
    if (
      family.kind !== shape.kind ||
      family.merge !== shape.merge ||
      family.labelNames.join() !== shape.labelNames.join() ||
      family.bounds.join() !== shape.bounds.join()
    ) {
      throw new TypeError(`metric ${family.name}: two registries disagree about its kind, labels or bounds`);
    }
  }
}
