import type { Fraction, Tracing } from '../../../ir/policy/telemetry.ts';

const SAMPLED = 1;

/** Decides which requests are traced. `random` is from 0 to below 1. */
export class Sampler {
  readonly #root: number;
  /** Null: parents have no say. */
  readonly #parent: number | null;
  readonly #random: () => number;

  constructor({ sampling, parent }: Pick<Tracing, 'sampling' | 'parent'>, random: () => number = Math.random) {
    this.#root = share(sampling);
    this.#parent = parent === null ? null : share(parent);
    this.#random = random;
  }

  /** `traceparent` is the caller's; null when it sent none. */
  samples(traceparent: string | null): boolean {
    if (traceparent === null || this.#parent === null) return this.#random() < this.#root;
    return isSampled(traceparent) && this.#random() < this.#parent;
  }
}

function share({ numerator, denominator }: Fraction): number {
  return numerator / denominator;
}

/** The flag `sampled` of a `traceparent` (W3C Trace Context, section 3.2.2.5). */
function isSampled(traceparent: string): boolean {
  return (Number.parseInt(traceparent.slice(53, 55), 16) & SAMPLED) !== 0;
}
