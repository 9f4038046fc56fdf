/**
 * Brings statuses to the API server: the newest of each object, never more often than its pace, a few at a time, and none
 * that would change nothing.
 */
import { writeStatus } from '../../kube/apply.ts';
import type { KubeClient } from '../../kube/client.ts';
import { mergeStatus, type StoredObject } from './merge.ts';

export type StatusTarget = {
  /** Path of the object, without `/status`. */
  readonly path: string;
  /** As last seen. */
  readonly stored: StoredObject;
  readonly status: Parameters<typeof mergeStatus>[1];
  /** Milliseconds that it may wait for a newer one of the same object. Default 0. */
  readonly patience?: number;
  /** Whether it is to be written over what stands in the object. Default: it is. */
  readonly applies?: (object: StoredObject) => boolean;
};

export type StatusWriterOptions = {
  readonly client: KubeClient;
  readonly controllerName: string;
  readonly failed: (target: StatusTarget, error: unknown) => void;
  readonly written?: (target: StatusTarget) => void;
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

type Waiting = { target: StatusTarget; readonly timer: NodeJS.Timeout | null };

export class StatusWriter {
  readonly #options: StatusWriterOptions;
  /** What is to be written of each object; its timer is null when it may be written now. */
  readonly #waiting = new Map<string, Waiting>();
  /** The paths that may be written now, in turn. */
  readonly #due = new Set<string>();
  readonly #busy = new Set<string>();
  /** When each object was last written, while that is recent. */
  readonly #recent = new Map<string, number>();

  constructor(options: StatusWriterOptions) {
    this.#options = options;
  }

  /** Objects whose status waits to be written or is being written. */
  get pending(): number {
    return this.#waiting.size + this.#busy.size;
  }

  /** Replaces what is still waiting for the same object. */
  write(target: StatusTarget): void {
    const { path } = target;
    const waiting = this.#waiting.get(path);
    if (this.#merged(target.stored, target) === null && !this.#busy.has(path)) {
      if (waiting !== undefined) this.forget(path);
    } else if (waiting !== undefined && waiting.target.patience !== undefined && target.patience === undefined) {
      this.forget(path);
      this.#schedule(target, 0);
    } else if (waiting !== undefined) waiting.target = target;
    else this.#schedule(target, target.patience ?? 0);
  }

  /** Forgets what waits for an object: it is gone, or stands as it should. */
  forget(path: string): void {
    const waiting = this.#waiting.get(path);
    if (waiting?.timer) clearTimeout(waiting.timer);
    this.#waiting.delete(path);
    this.#due.delete(path);
  }

  /** Forgets everything that waits: another controller replica leads now. */
  clear(): void {
    for (const path of [...this.#waiting.keys()]) this.forget(path);
  }

  /** @param wait milliseconds, longer when the object was written just now. */
  #schedule(target: StatusTarget, wait: number): void {
    const { path } = target;
    const paced =
      (this.#recent.get(path) ?? Number.NEGATIVE_INFINITY) + (this.#options.pace ?? 200) - performance.now();
    const milliseconds = Math.max(wait, paced);
    if (milliseconds <= 0) {
      this.#waiting.set(path, { target, timer: null });
      this.#isDue(path);
      return;
    }
    const timer = setTimeout(() => this.#isDue(path), milliseconds).unref();
    this.#waiting.set(path, { target, timer });
  }

  #isDue(path: string): void {
    this.#due.add(path);
    this.#work();
  }

  #work(): void {
    for (const path of this.#due) {
      if (this.#busy.size >= (this.#options.concurrency ?? 16)) return;
      // Whoever is writing it looks again afterwards.
      if (this.#busy.has(path)) continue;
      const { target } = this.#waiting.get(path)!;
      this.forget(path);
      void this.#one(target);
    }
  }

  async #one(target: StatusTarget): Promise<void> {
    const { path } = target;
    this.#busy.add(path);
    let failed = false;
    try {
      await writeStatus(this.#options.client, path, target.stored, (object) => this.#merged(object, target));
      this.#options.written?.(target);
    } catch (error) {
      failed = true;
      this.#options.failed(target, error);
    }
    this.#busy.delete(path);
    this.#remember(path);
    const newer = this.#waiting.get(path)?.target;
    if (newer !== undefined) {
      this.forget(path);
      this.#schedule(newer, 0);
    } else if (failed) this.#schedule(target, this.#options.retry ?? 2_000);
    this.#work();
  }

  #merged(object: StoredObject, { status, applies }: StatusTarget): StoredObject | null {
    if (applies?.(object) === false) return null;
    const now = (this.#options.now?.() ?? new Date()).toISOString().replace(/\.\d+/, '');
    return mergeStatus(object, status, this.#options.controllerName, now);
  }

  #remember(path: string): void {
    const now = performance.now();
    this.#recent.set(path, now);
    if (this.#recent.size < 10_000) return;
    for (const [known, at] of this.#recent) if (now - at > 10_000) this.#recent.delete(known);
  }
}
