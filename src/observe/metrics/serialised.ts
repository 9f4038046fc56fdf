/**
 * What a registry holds at one moment, to be sent between processes. It survives a structured clone; over a forked
 * child's channel that takes `serialization: 'advanced'`, because JSON has no typed arrays.
 */
export type Serialised = { readonly families: readonly SerialisedFamily[] };

/** How one number is made of the numbers of several workers. */
export type Merge = 'sum' | 'max';

export type SerialisedFamily = {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly merge: Merge;
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Upper bounds of a histogram's buckets; empty for the other kinds. */
  readonly bounds: readonly number[];
  /** The label values of each series. */
  readonly labels: readonly (readonly string[])[];
  /**
   * The numbers of each series, one after the other. A counter or gauge has one; a histogram has the sum, one count per
   * bound, and the count above the last bound. Counts are per bucket here, not cumulative.
   */
  readonly values: Float64Array;
};

/** Numbers per series of a family. */
export function strideOf(family: SerialisedFamily): number {
  return family.kind === 'histogram' ? family.bounds.length + 2 : 1;
}
