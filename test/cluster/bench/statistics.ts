export type Spread = {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
};

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('nothing was measured');
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { mean: mean(sorted), p50: at(0.5), p99: at(0.99), max: sorted.at(-1)! };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
