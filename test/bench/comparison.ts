/** Two routes of Headgate, in one process or in two, under the same load in turn: what a request to one costs more. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alternate, type Cost, partsIn, type Side } from './alternate.ts';
import { cpuMicros, machineBusyMicros, processTree } from './cpu.ts';
import type { HeldLoad } from './held-load.ts';
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
  /** Two places of one Headgate have one, and with it the same connections. */
  readonly generator: Wrk;
  /** Which of its requests come here. */
  readonly list: number;
};

export type Comparison = { readonly name: string; readonly without: Place; readonly with: Place };

export type Pair = { readonly without: number; readonly with: number };

/** What one round found: microseconds of CPU a request, and requests that were not answered well. */
export type ComparisonSample = {
  readonly case: string;
  readonly round: number;
  readonly without: number;
  readonly with: number;
  /** The same of its parts, one after the other. */
  readonly parts: readonly Pair[];
  readonly failed: number;
  /** Cores kept busy by what is no part of the measurement. */
  readonly otherLoad: number;
};

/** Before the first round, and before the others: by then only connections are new. */
const WARM_UP_MILLIS = 1_500;
const CONNECT_MILLIS = 300;
/** For all that was sent to be answered, however slow the machine is. */
const ANSWERED_MILLIS = 200;
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
  const loads = new Map<Wrk, HeldLoad>();
  for (const { generator } of places) if (!loads.has(generator)) loads.set(generator, generator.held());
  const sides = places.map(({ generator, list, served }) => {
    return { load: loads.get(generator)!, list, pid: served.running.pid };
  }) as [Side, Side];
  try {
    for (const { list, load } of sides) await load.send(list, isFirst ? WARM_UP_MILLIS : CONNECT_MILLIS);
    await sleep(ANSWERED_MILLIS);
    const before = await Promise.all(places.map(answersOf));
    const began = clock();
    const costs = await alternate(sides, partsIn(seconds));
    const ended = clock();
    await sleep(ANSWERED_MILLIS);
    const after = await Promise.all(places.map(answersOf));
    const sums = [sumOf(costs.map(([without]) => without)), sumOf(costs.map(([, more]) => more))] as const;
    const failed = sums.reduce((sum, { requests }, index) => sum + requests - (after[index]! - before[index]!), 0);
    const others = ended.machine - began.machine - (ended.ours - began.ours);
    const otherLoad = Math.max(0, others / (ended.now - began.now));
    return { case: comparison.name, round, ...pairOf(sums), parts: costs.map(pairOf), failed, otherLoad };
  } finally {
    await Promise.all([...loads.values()].map((load) => load.end()));
  }
}

function pairOf([without, more]: readonly [Cost, Cost]): Pair {
  return { without: without.micros / Math.max(1, without.requests), with: more.micros / Math.max(1, more.requests) };
}

function sumOf(costs: readonly Cost[]): Cost {
  const sum = { micros: 0, requests: 0 };
  for (const { micros, requests } of costs) {
    sum.micros += micros;
    sum.requests += requests;
  }
  return sum;
}

/** How many requests the proxy has answered well so far. */
async function answersOf({ route, served }: Place): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${served.admin}/metrics`)).text();
  let answers = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith(`headgate_requests_total{rule="httproute/bench/${route}`)) continue;
    if (line.includes('code="2xx"')) answers += Number(line.slice(line.lastIndexOf(' ') + 1));
  }
  return answers;
}

/** Microseconds: of the wall, of the machine, and of what belongs to the measurement, all of which this process has started. */
function clock() {
  return { now: performance.now() * 1000, machine: machineBusyMicros(), ours: cpuMicros(processTree(process.pid)) };
}
