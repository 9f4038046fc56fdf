/** What a load generator reports. */

export type Load = {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly maxMicros: number;
  /** Requests without a good answer: another status than 2xx and 3xx, a connection refused or reset, too late. */
  readonly failed: number;
  /** `[latency in µs, requests]`, ascending; empty unless asked for, and with generators that have none. */
  readonly histogram: readonly (readonly [number, number])[];
};

/** Sends one kind of request to one port, from one thread. */
export interface Generator {
  /** `seconds` is a whole number: most generators know no others. */
  send(seconds: number, histogram?: boolean): Promise<Load>;
}

/** The latency that `share` of the requests of all histograms together stayed below, in µs. */
export function percentile(histograms: readonly Load['histogram'][], share: number): number {
  const all = histograms.flat().sort((a, b) => a[0] - b[0]);
  const total = all.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [micros, count] of all) {
    seen += count;
    if (seen >= total * share) return micros;
  }
  return 0;
}
