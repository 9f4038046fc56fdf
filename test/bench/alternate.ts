/**
 * Two loads in turn, each for a moment: what disturbs the machine for longer than that is in both alike, and what is left
 * is what they differ by.
 */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { processTree } from './cpu.ts';
import type { HeldLoad } from './held-load.ts';

/** Milliseconds of one turn: shorter than most of what disturbs a machine, and long enough for hundreds of requests. */
const TURN = 20;

/** What gets requests in its turns. */
export type Side = {
  /** Both sides may have the same one, so that they have the same connections. */
  readonly load: HeldLoad;
  /** Which of its requests are this side's. */
  readonly list: number;
  /** Of the proxy. */
  readonly pid: number;
};

/** Microseconds of CPU of the proxy, and the requests that they were for. */
export type Cost = { micros: number; requests: number };

/**
 * What so many parts cost: two turns of each side, in an order in which a machine that gets slower all the time makes both of
 * them dearer alike.
 */
export async function alternate(sides: readonly [Side, Side], parts: number): Promise<[Cost, Cost][]> {
  const clocks = sides.map(({ pid }) => new CPUClock(pid));
  const found: [Cost, Cost][] = [];
  for (let part = 0; part < parts; part++) {
    const costs: [Cost, Cost] = [newCost(), newCost()];
    for (const index of part % 2 === 0 ? ([0, 1, 1, 0] as const) : ([1, 0, 0, 1] as const)) {
      const { list, load } = sides[index];
      const { sent } = load;
      const before = clocks[index]!.read();
      await load.send(list, TURN);
      costs[index].micros += clocks[index]!.read() - before;
      costs[index].requests += load.sent - sent;
    }
    found.push(costs);
  }
  for (const clock of clocks) clock.close();
  return found;
}

function newCost(): Cost {
  return { micros: 0, requests: 0 };
}

/** How many parts there are in so many seconds of load. */
export function partsIn(seconds: number): number {
  return Math.max(1, Math.round((seconds * 1000) / (4 * TURN)));
}

/** User and system time of a process tree, to the nanosecond: turns are too short for the ticks of /proc/pid/stat. */
class CPUClock {
  /** /proc/pid/task/tid/schedstat of every thread. One that begins later is left out. */
  private readonly files: readonly number[];
  private readonly buffer: Buffer;

  constructor(root: number) {
    this.files = processTree(root).flatMap(({ pid }) =>
      readdirSync(`/proc/${pid}/task`).map((task) => openSync(`/proc/${pid}/task/${task}/schedstat`, 'r')),
    );
    this.buffer = Buffer.alloc(128);
  }

  /** Microseconds so far. */
  read(): number {
    let nanos = 0;
    for (const file of this.files) {
      const length = readSync(file, this.buffer, 0, this.buffer.length, 0);
      nanos += Number(this.buffer.toString('latin1', 0, length).split(' ', 1)[0]);
    }
    return nanos / 1_000;
  }

  close(): void {
    for (const file of this.files) closeSync(file);
  }
}
