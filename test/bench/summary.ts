/** Samples condensed: one row per case and peer. */
import { CASES } from './cases.ts';
import { median, type Sample } from './measure.ts';
import type { PeerName } from './peers/peer.ts';

export type Row = {
  readonly case: string;
  readonly peer: PeerName;
  readonly requestsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly cpuMicros: number;
  /** Spread of the CPU figure over the rounds: (largest − smallest) / median. */
  readonly cpuSpread: number;
  readonly busy: number;
  readonly workerRssBytes: number;
  readonly failed: number;
};

/** Medians over the rounds, except memory (the largest) and failures (all of them). */
export function summarise(samples: readonly Sample[]): Row[] {
  const rows: Row[] = [];
  for (const shape of CASES) {
    const peers = new Set(samples.filter((sample) => sample.case === shape.name).map((sample) => sample.peer));
    for (const peer of peers) {
      const own = samplesOf(samples, shape.name, peer);
      const middle = (of: (sample: Sample) => number) => median(own.map(of));
      const cpu = own.map((sample) => sample.cpuMicros);
      rows.push({
        case: shape.name,
        peer,
        requestsPerSecond: middle((sample) => sample.requestsPerSecond),
        p50Micros: middle((sample) => sample.p50Micros),
        p99Micros: middle((sample) => sample.p99Micros),
        cpuMicros: median(cpu),
        cpuSpread: (Math.max(...cpu) - Math.min(...cpu)) / median(cpu),
        busy: middle((sample) => sample.busy),
        workerRssBytes: Math.max(...own.map((sample) => sample.workerRssBytes)),
        failed: own.reduce((sum, sample) => sum + sample.failed, 0),
      });
    }
  }
  return rows;
}

export function samplesOf(samples: readonly Sample[], caseName: string, peer: PeerName): Sample[] {
  return samples.filter((sample) => sample.case === caseName && sample.peer === peer);
}

export type Measured = { readonly case: string; readonly peer: PeerName };

/**
 * CPU per request of one measurement over another's: the median of the ratios within each round, since what disturbs the
 * machine for a while disturbs both. null when either is missing.
 */
export function cpuRatio(samples: readonly Sample[], of: Measured, to: Measured): number | null {
  const ratios = samplesOf(samples, of.case, of.peer).flatMap((sample) => {
    const other = samplesOf(samples, to.case, to.peer).find((candidate) => candidate.round === sample.round);
    return other === undefined ? [] : [sample.cpuMicros / other.cpuMicros];
  });
  return ratios.length === 0 ? null : median(ratios);
}
