/** Every one of 5,000 routes replaced under load. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './ask.ts';
import { cpuMicros, processTree } from './cpu.ts';
import { type Generator, type Load, percentile } from './load.ts';
import { replaceRoutes } from './peers/headgate.ts';
import type { Setup } from './peers/peer.ts';
import type { Running } from './process.ts';

export type ReloadResult = {
  readonly reloads: number;
  /** From the new file to the first answer by the new table, the slowest reload. */
  readonly seconds: number;
  readonly failedBefore: number;
  /** Requests without a good answer in windows that overlap a reload. */
  readonly failedDuring: number;
  readonly requestsDuring: number;
  readonly p99BeforeMicros: number;
  readonly p99DuringMicros: number;
  readonly maxDuringMicros: number;
  readonly workerRssBytes: number;
};

/** Length of one window of load, seconds; the fewest wrk knows. */
const WINDOW = 1;
const PATIENCE_MILLIS = 60_000;

export async function measureReload(
  running: Running,
  setup: Setup,
  generator: Generator,
  reloads: number,
): Promise<ReloadResult> {
  const before: Load[] = [];
  const during: Load[] = [];
  let slowest = 0;
  for (let generation = 1; generation <= reloads; generation++) {
    for (let i = 0; i < 3; i++) before.push(await generator.send(WINDOW, true));
    const began = performance.now();
    let seconds: number | null = null;
    const served = untilServed(setup, generation).then(() => {
      seconds = (performance.now() - began) / 1000;
    });
    // The load stands before the file changes, so that no window begins in the middle of what it is to see.
    const first = generator.send(WINDOW, true);
    await sleep(200);
    replaceRoutes(setup, generation);
    during.push(await first);
    while (seconds === null) during.push(await generator.send(WINDOW, true));
    await served;
    slowest = Math.max(slowest, seconds - 0.2);
    running.check();
  }
  const tree = processTree(running.pid);
  const sum = (loads: readonly Load[], of: (load: Load) => number) =>
    loads.reduce((total, load) => total + of(load), 0);
  return {
    reloads,
    seconds: slowest,
    failedBefore: sum(before, (load) => load.failed),
    failedDuring: sum(during, (load) => load.failed),
    requestsDuring: sum(during, (load) => load.requests),
    p99BeforeMicros: percentile(
      before.map((load) => load.histogram),
      0.99,
    ),
    p99DuringMicros: percentile(
      during.map((load) => load.histogram),
      0.99,
    ),
    maxDuringMicros: Math.max(...during.map((load) => load.maxMicros)),
    workerRssBytes: tree.reduce((most, use) => (cpuMicros([use]) > cpuMicros([most]) ? use : most)).rssBytes,
  };
}

async function untilServed(setup: Setup, generation: number): Promise<void> {
  const route = setup.routes.at(-1)!;
  const deadline = Date.now() + PATIENCE_MILLIS;
  for (;;) {
    const answer = await ask(setup.plainPort, false, route.host, `${route.prefix}/small`).catch(() => null);
    if (answer?.headers['x-generation'] === String(generation)) return;
    if (Date.now() > deadline) throw new Error(`the routes of ${PATIENCE_MILLIS / 1000} s ago are not served yet`);
    await sleep(25);
  }
}
