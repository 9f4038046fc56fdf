import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '../ir/delta.ts';
import { diff } from '../snapshot/diff.ts';
import { HEAP_GROWTH_OPTION } from './heap-growth.ts';
import { inParts } from './parts.ts';
import type { Address, FromWorker, ToWorker } from './worker-message.ts';

/** Milliseconds before a worker that ended is replaced: at once, and longer while new ones end soon. */
const RESTART_FIRST = 50;
const RESTART_LAST = 5_000;
const SHORT_LIFE = 10_000;
/**
 * MiB of a half of a worker's young generation. Requests leave so little behind that more would make none cheaper, and all
 * of it stays resident: 40 MiB less under load than with Node's default.
 */
const SEMI_SPACE = 8;

/** What a worker says to a question. */
type Answer = Extract<FromWorker, { readonly id: number }>;
type Question = Extract<ToWorker, { readonly id: number }>;
type Waiting = { resolve: (answer: Answer) => void; reject: (error: Error) => void };

/** One place for a worker, filled by one process after another. */
export class Seat {
  readonly index: number;
  child: ChildProcess | null;
  /** What the worker serves, by Gateway. */
  readonly served: Map<string, Snapshot>;
  private readonly waiting: Map<number, Waiting>;
  private nextId: number;
  /** When it was ready to take tables; 0 before. */
  private startedAt: number;
  private restartDelay: number;

  constructor(index: number) {
    this.index = index;
    this.child = null;
    this.served = new Map();
    this.waiting = new Map();
    this.nextId = 1;
    this.startedAt = 0;
    this.restartDelay = RESTART_FIRST;
  }

  /** Whether the worker serves. */
  get isUp(): boolean {
    return this.child !== null && this.startedAt > 0;
  }

  /** Starts a process for the seat. */
  fill(): ChildProcess {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const path = fileURLToPath(new URL(`./worker.${extension}`, import.meta.url));
    this.child = fork(path, {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [...process.execArgv, `--max-semi-space-size=${SEMI_SPACE}`, HEAP_GROWTH_OPTION],
    });
    this.startedAt = 0;
    this.served.clear();
    return this.child;
  }

  started(): void {
    this.startedAt = performance.now();
  }

  /** The process is gone, or going; nothing that was asked of it is answered. */
  empty(reason: string): void {
    this.child = null;
    this.served.clear();
    for (const { reject } of this.waiting.values()) reject(new Error(`worker ${this.index} ended with ${reason}`));
    this.waiting.clear();
  }

  /** Milliseconds until the next process should be started, after one has ended. */
  nextDelay(): number {
    const lived = this.startedAt === 0 ? 0 : performance.now() - this.startedAt;
    this.restartDelay = lived > SHORT_LIFE ? RESTART_FIRST : Math.min(this.restartDelay * 2, RESTART_LAST);
    return this.restartDelay;
  }

  /** Brings the worker from what it serves to the snapshot. Returns where it listens; null when nothing was to be done. */
  async give(snapshot: Snapshot): Promise<readonly Address[] | null> {
    const { gateway } = snapshot.table;
    const before = this.served.get(gateway) ?? null;
    if (before === snapshot) return null;
    const { parts, rest } = inParts(diff(before, snapshot));
    // One after the other: requests get their turn between two of them, however busy the worker is.
    for (const part of parts) await this.ask((id) => ({ kind: 'part', id, ...part }));
    const answer = await this.ask((id) => ({ kind: 'apply', id, delta: rest }));
    this.served.set(gateway, snapshot);
    return answer.kind === 'done' ? answer.addresses : null;
  }

  /** Takes a Gateway from the worker. Returns where it still listens. */
  async take(gateway: string): Promise<readonly Address[] | null> {
    this.served.delete(gateway);
    const answer = await this.ask((id) => ({ kind: 'remove', id, gateway }));
    return answer.kind === 'done' ? answer.addresses : null;
  }

  /** Rejects when the worker refuses, ends, or does not answer within `timeout` milliseconds (0: however long it takes). */
  ask(question: (id: number) => Question, timeout = 0): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { child, index, waiting } = this;
      if (child === null) {
        reject(new Error(`worker ${index} is not running`));
        return;
      }
      const id = this.nextId++;
      waiting.set(id, { resolve, reject });
      if (timeout > 0) {
        setTimeout(() => {
          if (waiting.delete(id)) reject(new Error(`worker ${index} did not answer in ${timeout} ms`));
        }, timeout).unref();
      }
      send(child, question(id));
    });
  }

  answered(answer: Answer): void {
    const waiting = this.waiting.get(answer.id);
    if (waiting === undefined) return;
    this.waiting.delete(answer.id);
    if (answer.kind === 'rejected') waiting.reject(new Error(answer.reason));
    else waiting.resolve(answer);
  }
}

/** A worker that is just ending does not take messages any more; its end is heard of by itself. */
export function send(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}
