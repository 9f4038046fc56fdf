/** wrk, which sends only while it is let. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds for what was sent in a turn to be answered. */
const SETTLE = 7;
const NUMBER_BYTES = 4;

/** A load that is stopped, let go on for a moment, and stopped again. */
export class HeldLoad {
  private readonly child: ChildProcess;
  /** Shared with load.lua: the list that is sent from, and how many requests were sent. */
  private readonly file: number;
  private readonly number: Buffer;

  /** @param shared file of the numbers that it shares */
  constructor(command: readonly string[], environment: Readonly<Record<string, string>>, shared: string) {
    const [first, ...rest] = command;
    writeFileSync(shared, Buffer.alloc(2 * NUMBER_BYTES));
    this.file = openSync(shared, 'r+');
    this.number = Buffer.alloc(NUMBER_BYTES);
    this.child = spawn(first!, rest, { stdio: 'ignore', env: { ...process.env, ...environment, SHARED: shared } });
    this.child.kill('SIGSTOP');
    process.once('exit', this.kill);
  }

  /** How many requests it has sent so far. */
  get sent(): number {
    readSync(this.file, this.number, 0, NUMBER_BYTES, NUMBER_BYTES);
    return this.number.readInt32LE();
  }

  /** Sends requests of a list for so many milliseconds, and lets what was sent be answered. */
  async send(list: number, milliseconds: number): Promise<void> {
    this.number.writeInt32LE(list);
    writeSync(this.file, this.number, 0, NUMBER_BYTES, 0);
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
    closeSync(this.file);
  }

  private readonly kill = (): void => {
    this.child.kill('SIGKILL');
  };
}
