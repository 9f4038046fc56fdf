/**
 * Two loads in turn, each for a moment: what disturbs the machine for longer than that is in both alike, and what is left
 * is what they differ by.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processTree } from './cpu.ts';

/** Milliseconds of one turn, and for what was sent in it to be answered. */
const TURN = 100;
const SETTLE = 5;

/** A load that is stopped, and what it is on. */
export type Side = {
  readonly load: HeldLoad;
  /** Of the proxy. */
  readonly pid: number;
};

/** wrk, which sends only while it is let. */
export class HeldLoad {
  private readonly child: ChildProcess;

  constructor(command: readonly string[], environment: Readonly<Record<string, string>>) {
    const [first, ...rest] = command;
    this.child = spawn(first!, rest, { stdio: 'ignore', env: { ...process.env, ...environment } });
    this.child.kill('SIGSTOP');
    process.once('exit', this.kill);
  }

  /** Sends for so many milliseconds, and lets what was sent be answered. */
  async send(milliseconds: number): Promise<void> {
    this.child.kill('SIGCONT');
    await sleep(milliseconds);
    this.child.kill('SIGSTOP');
    await sleep(SETTLE);
    if (this.child.exitCode !== null) throw new Error('wrk has ended');
  }

  async end(): Promise<void> {
    process.removeListener('exit', this.kill);
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.kill();
    await ended;
  }

  private readonly kill = (): void => {
    this.child.kill('SIGKILL');
  };
}

/** Microseconds of CPU that each side took in so many turns. */
export async function alternate(sides: readonly [Side, Side], turns: number): Promise<[number, number]> {
  const micros: [number, number] = [0, 0];
  for (let turn = 0; turn < turns; turn++) {
    // Each goes first half of the time.
    for (const index of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const { load, pid } = sides[index];
      const before = cpuOf(pid);
      await load.send(TURN);
      micros[index] += cpuOf(pid) - before;
    }
  }
  return micros;
}

/** How many turns of each side there are in so many seconds. */
export function turnsIn(seconds: number): number {
  return Math.max(1, Math.round((seconds * 1000) / (2 * (TURN + SETTLE))));
}

/** User and system time of a process tree, to the nanosecond: turns are too short for the ticks of /proc/pid/stat. */
function cpuOf(root: number): number {
  let nanos = 0;
  for (const { pid } of processTree(root)) {
    for (const task of tasksOf(pid))
      nanos += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1').split(' ')[0]);
  }
  return nanos / 1_000;
}

function tasksOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`);
}
