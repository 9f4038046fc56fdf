/** Aborts when something has taken too long, or with the signal that it is part of: one timer, which `clear` takes away. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #parent: AbortSignal | null;
  readonly #abort = () => this.#controller.abort(this.#parent?.reason);

  /** `reason` is what `signal` gives when `milliseconds` are over. */
  constructor(milliseconds: number, reason: Error, parent: AbortSignal | null) {
    this.#timer = setTimeout(() => this.expire(reason), milliseconds);
    this.#parent = parent;
    parent?.addEventListener('abort', this.#abort, { once: true });
    if (parent?.aborted) this.#abort();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  expire(reason: Error): void {
    this.#controller.abort(reason);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#parent?.removeEventListener('abort', this.#abort);
  }
}
