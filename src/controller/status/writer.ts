/**
 * Brings statuses to the API server: the newest of each object, never more often than its pace, a few at a time, and none
 * that would change nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { writeStatus } from '../../kube/apply.ts';
import type { KubeClient } from '../../kube/client.ts';
import { mergeStatus, type StoredObject } from './merge.ts';

export type StatusTarget = {
  /** Path of the object, without `/status`. */
  readonly path: string;
  /** As last seen. */
  readonly stored: StoredObject;
  readonly status: Parameters<typeof mergeStatus>[1];
};

export type StatusWriterOptions = {
  readonly client: KubeClient;
  readonly controllerName: string;
  readonly failed: (path: string, error: unknown) => void;
  readonly written?: (path: string) => void;
  /**
   * Milliseconds between two writes of one object. The first is immediate; a Gateway to which a thousand routes are being
   * attached is not written a thousand times.
   */
  readonly pace?: number;
  /** Milliseconds after which a write that failed is tried again. */
  readonly retry?: number;
  /** Writes under way at once. */
  readonly concurrency?: number;
  readonly now?: () => Date;
};

export class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #pending = new Map<string, StatusTarget>();
  readonly #busy = new Set<string>();
  /** What an object was, and was to say, when there was nothing to write: comparing them is cheaper than merging. */
  readonly #settled = new Map<string, { readonly target: StatusTarget; readonly text: string }>();
  /** When each object was last written, while that is recent. */
  readonly #recent = new Map<string, number>();
  /** Writes that failed and will be tried again, by path. */
  readonly #retries = new Map<string, NodeJS.Timeout>();
  #workers = 0;

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** Replaces what is still waiting for the same object. */
  write(target: StatusTarget): void {
    const settled = this.#settled.get(target.path);
    const same = settled?.target.stored === target.stored;
    if (same && settled.target.status === target.status) return;
    const text = JSON.stringify(target.status);
    if (same && settled.text === text) return;
    this.#forgetRetry(target.path);
    if (this.#merged(target.stored, target) === null) {
      this.#pending.delete(target.path);
      this.#settled.set(target.path, { target, text });
      return;
    }
    this.#settled.delete(target.path);
    this.#pending.set(target.path, target);
    if (this.#workers < (this.#options.concurrency ?? 16)) void this.#work();
  }

  /** Forgets what waits: another controller replica leads now. */
  clear(): void {
    this.#pending.clear();
    for (const path of [...this.#retries.keys()]) this.#forgetRetry(path);
  }

  async #work(): Promise<void> {
    this.#workers += 1;
    for (let target = this.#next(); target !== null; target = this.#next()) {
      await this.#one(target);
      this.#busy.delete(target.path);
    }
    this.#workers -= 1;
  }

  /** Takes the first object that nobody is writing. */
  #next(): StatusTarget | null {
    for (const [path, target] of this.#pending) {
      if (this.#busy.has(path)) continue;
      this.#pending.delete(path);
      this.#busy.add(path);
      return target;
    }
    return null;
  }

  async #one(target: StatusTarget): Promise<void> {
    const { path } = target;
    const wait = (this.#recent.get(path) ?? 0) + (this.#options.pace ?? 200) - performance.now();
    if (wait > 0) await sleep(wait);
    // What came while we waited is newer.
    const newest = this.#pending.get(path) ?? target;
    this.#pending.delete(path);
    try {
      await writeStatus(this.#options.client, path, newest.stored, (object) => this.#merged(object, newest));
      this.#options.written?.(path);
    } catch (error) {
      this.#options.failed(path, error);
      this.#retryLater(newest);
    }
    this.#remember(path);
  }

  /** Unless something newer comes first. */
  #retryLater(target: StatusTarget): void {
    if (this.#pending.has(target.path)) return;
    this.#forgetRetry(target.path);
    const timer = setTimeout(() => this.write(target), this.#options.retry ?? 2_000).unref();
    this.#retries.set(target.path, timer);
  }

  #forgetRetry(path: string): void {
    clearTimeout(this.#retries.get(path));
    this.#retries.delete(path);
  }

  #merged(object: StoredObject, { status }: StatusTarget): StoredObject | null {
    const now = (this.#options.now?.() ?? new Date()).toISOString().replace(/\.\d+/, '');
    return mergeStatus(object, status, this.#options.controllerName, now);
  }

  /** Forgets objects that are gone. */
  retain(paths: ReadonlySet<string>): void {
    for (const path of this.#settled.keys()) if (!paths.has(path)) this.#settled.delete(path);
  }

  #remember(path: string): void {
    const now = performance.now();
    this.#recent.set(path, now);
    if (this.#recent.size < 10_000) return;
    for (const [known, at] of this.#recent) if (now - at > 10_000) this.#recent.delete(known);
  }
}
