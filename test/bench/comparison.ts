/** Two routes of Headgate, in one process or in two, under the same load in turn: what a request to one costs more. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alternate, type HeldLoad, type Side, turnsIn } from './alternate.ts';
import { cpuMicros, machineBusyMicros, processTree } from './cpu.ts';
import { launchHeadgate } from './peers/headgate.ts';
import { freePorts, type Running } from './process.ts';
import type { Stage } from './run.ts';
import type { Wrk } from './wrk.ts';

/** A Headgate, and its administration. */
export type Served = {
  readonly running: Running;
  readonly port: number;
  readonly admin: number;
  readonly folder: string;
};

/** One side of a comparison. */
export type Place = {
  readonly served: Served;
  /** How the names of the HTTPRoutes that get its requests begin. */
  readonly route: string;
  readonly generator: Wrk;
};

export type Comparison = { readonly name: string; readonly without: Place; readonly with: Place };

/** What one round found: microseconds of CPU a request, and requests that were not answered well. */
export type ComparisonSample = {
  readonly case: string;
  readonly round: number;
  readonly without: number;
  readonly with: number;
  readonly failed: number;
  /** Cores kept busy by what is no part of the measurement. */
  readonly otherLoad: number;
};

/** Before the first round, and before the others: by then only connections are new. */
const WARM_UP_MILLIS = 1_500;
const CONNECT_MILLIS = 300;
const PATIENCE_MILLIS = 30_000;

/** What every request of a comparison is sent with. */
export const COMPARED_LOAD = { tls: false, connections: 64, body: 0, close: false } as const;

/**
 * Starts a Headgate in a folder that is there.
 * @param manifests makes them, by file, for the ports that listeners get
 */
export async function serve(
  stage: Stage,
  folder: string,
  manifests: (port: number, tlsPort: number) => Readonly<Record<string, string>>,
): Promise<Served> {
  const [port, tlsPort, admin] = (await freePorts(3)) as [number, number, number];
  const files = join(folder, 'manifests');
  for (const [name, text] of Object.entries(manifests(port, tlsPort))) writeFileSync(join(files, name), text);
  return { running: launchHeadgate(folder, files, stage.proxyCore, admin), port, admin, folder };
}

/** Resolves when `asked` answers 200. */
export async function untilServed(
  { running }: Served,
  asked: () => Promise<{ readonly status: number }>,
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    running.check();
    const answer = await asked().catch(() => null);
    if (answer?.status === 200) return;
    if (Date.now() > deadline) throw new Error(`headgate is not ready after ${PATIENCE_MILLIS / 1000} s`);
    await sleep(50);
  }
}

/** @param isFirst whether neither side has served much before */
export async function compare(
  comparison: Comparison,
  seconds: number,
  round: number,
  isFirst = round === 1,
): Promise<ComparisonSample> {
  const places = [comparison.without, comparison.with] as const;
  const loads = places.map(({ generator }) => generator.held()) as [HeldLoad, HeldLoad];
  try {
    for (const load of loads) await load.send(isFirst ? WARM_UP_MILLIS : CONNECT_MILLIS);
    const sides = places.map(({ served }, index) => ({ load: loads[index]!, pid: served.running.pid }));
    const before = await Promise.all(places.map(answersOf));
    const began = clock();
    const micros = await alternate(sides as [Side, Side], turnsIn(seconds));
    const ended = clock();
    const after = await Promise.all(places.map(answersOf));
    const counts = after.map(({ good, bad }, index) => ({
      good: good - before[index]!.good,
      bad: bad - before[index]!.bad,
    }));
    const others = ended.machine - began.machine - (ended.ours - began.ours);
    const otherLoad = Math.max(0, others / (ended.now - began.now));
    const [without, more] = micros.map((total, index) => total / Math.max(1, counts[index]!.good));
    const failed = counts.reduce((sum, { bad }) => sum + bad, 0);
    return { case: comparison.name, round, without: without!, with: more!, failed, otherLoad };
  } finally {
    await Promise.all(loads.map((load) => load.end()));
  }
}

/** How many requests the proxy has answered so far. */
async function answersOf({ route, served }: Place): Promise<{ good: number; bad: number }> {
  const text = await (await fetch(`http://127.0.0.1:${served.admin}/metrics`)).text();
  const answers = { good: 0, bad: 0 };
  for (const line of text.split('\n')) {
    if (!line.startsWith(`headgate_requests_total{rule="httproute/bench/${route}`)) continue;
    const value = Number(line.slice(line.lastIndexOf(' ') + 1));
    if (line.includes('code="2xx"')) answers.good += value;
    else answers.bad += value;
  }
  return answers;
}

/** Microseconds: of the wall, of the machine, and of what belongs to the measurement, all of which this process has started. */
function clock() {
  return { now: performance.now() * 1000, machine: machineBusyMicros(), ours: cpuMicros(processTree(process.pid)) };
}
