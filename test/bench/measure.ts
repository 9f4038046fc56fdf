/** One measurement: load on one proxy, and what it cost. */
import type { Backend } from './backend.ts';
import type { Case } from './cases.ts';
import { cpuMicros, endedChildrenMicros, machineBusyMicros, processTree } from './cpu.ts';
import type { Generator, Load } from './load.ts';
import type { PeerName } from './peers/peer.ts';

export type Sample = {
  readonly case: string;
  readonly peer: PeerName;
  readonly round: number;
  readonly requestsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly failed: number;
  /** User and system time of the proxy's whole process tree, microseconds a request. */
  readonly cpuMicros: number;
  /** Share of its core that the proxy used; below 0.9 requests/s say how fast the other side was. */
  readonly busy: number;
  /** Of the process that did the most work, and of the tree. */
  readonly workerRssBytes: number;
  readonly treeRssBytes: number;
  /** Cores kept busy by what is no part of the measurement. */
  readonly otherLoad: number;
};

export async function measure(
  shape: Pick<Case, 'name'>,
  peer: PeerName,
  round: number,
  proxy: number,
  backend: Backend,
  generator: Generator,
  seconds: number,
): Promise<Sample> {
  const before = processTree(proxy);
  const clockBefore = clock(backend);
  const load = await generator.send(seconds);
  const clockAfter = clock(backend);
  const after = processTree(proxy);

  const spent = cpuMicros(after) - cpuMicros(before);
  const elapsed = clockAfter.now - clockBefore.now;
  const ours = spent + (clockAfter.ours - clockBefore.ours);
  const earlier = new Map(before.map((use) => [use.pid, use.cpuMicros]));
  const busiest = after.reduce((most, use) =>
    use.cpuMicros - (earlier.get(use.pid) ?? 0) > most.cpuMicros - (earlier.get(most.pid) ?? 0) ? use : most,
  );
  return {
    ...{ case: shape.name, peer, round },
    ...figures(load),
    cpuMicros: spent / Math.max(1, load.requests),
    busy: spent / elapsed,
    workerRssBytes: busiest.rssBytes,
    treeRssBytes: after.reduce((sum, use) => sum + use.rssBytes, 0),
    otherLoad: Math.max(0, (clockAfter.machine - clockBefore.machine - ours) / elapsed),
  };
}

function figures(load: Load) {
  return {
    requestsPerSecond: load.requests / load.seconds,
    p50Micros: load.p50Micros,
    p99Micros: load.p99Micros,
    failed: load.failed,
  };
}

function clock({ processes }: Backend) {
  const own = process.cpuUsage();
  return {
    now: performance.now() * 1000,
    machine: machineBusyMicros(),
    ours:
      processes.reduce((sum, { pid }) => sum + cpuMicros(processTree(pid)), 0) +
      endedChildrenMicros() +
      own.user +
      own.system,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A value, and between which two it is with 95 % confidence. */
export type Estimate = { readonly low: number; readonly value: number; readonly high: number };

/**
 * The median, and the values that have it between them whatever the values' distribution: each value is on either side of the
 * true median by the toss of a coin. Of fewer than six it is only known that they are between the smallest and the largest.
 */
export function estimate(values: readonly number[]): Estimate {
  const sorted = [...values].sort((a, b) => a - b);
  const { length } = sorted;
  const left = Math.max(0, Math.floor((length - 1.96 * Math.sqrt(length)) / 2));
  return { low: sorted[left] ?? Number.NaN, value: median(sorted), high: sorted[length - 1 - left] ?? Number.NaN };
}
