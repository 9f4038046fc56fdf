/**
 * How the workers of a pod count together. Whoever starts them keeps the counts and lends each worker a part of what is
 * left, so that a worker that has some asks nobody, and all of them together never let through more than one would.
 */
import type { Bound } from './bound.ts';

/** A worker wants to let requests of a client through. */
export type Ask = Bound & {
  /** Repeated in the answer. */
  readonly id: number;
  readonly meter: string;
  readonly client: string;
  /** Requests that wait. */
  readonly wanted: number;
};

/** What a worker may do; times are of `machineTime`. */
export type Grant = {
  readonly id: number;
  readonly permits: number;
  /** What is left beside these permits, also with other workers. */
  readonly elsewhere: number;
  readonly end: number;
  readonly blockedUntil: number;
};

/** Permits that other workers may need more. */
export type Recall = { readonly meter: string; readonly client: string };

/** The answer to a recall: permits of the interval that ends at `end`. */
export type Return = Recall & { readonly permits: number; readonly end: number };

export type FromLessee = {
  readonly asks: readonly Ask[];
  readonly returns: readonly Return[];
  /** What it has not used yet, where others want to know. */
  readonly notes: readonly Return[];
};
export type ToLessee = { readonly grants: readonly Grant[]; readonly recalls: readonly Recall[] };
