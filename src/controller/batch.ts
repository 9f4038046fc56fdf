/**
 * Runs one piece of work after changes, never two at a time and never one change at a time under load: the first change
 * waits `quiet` milliseconds for its companions, and what changes during a run makes one more run.
 */
export class Batch {
  readonly #work: () => Promise<void> | void;
  readonly #failed: (error: unknown) => void;
  readonly #quiet: number;
  readonly #retry: number;
  #timer: NodeJS.Timeout | null = null;
  /** When it fires. */
  #at = 0;
  #running = false;
  #again = false;
  #open = false;

  /** `failed` gets what the work throws; it is run again `retry` milliseconds later, or at the next change before that. */
  constructor(work: () => Promise<void> | void, failed: (error: unknown) => void, quiet = 2, retry = 1_000) {
    this.#work = work;
    this.#failed = failed;
    this.#quiet = quiet;
    this.#retry = retry;
  }

  /** From now on changes lead to runs, and there is a first one. */
  start(): void {
    this.#open = true;
    this.changed();
  }

  stop(): void {
    this.#open = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  changed(): void {
    if (!this.#open) return;
    if (this.#running) this.#again = true;
    else this.#schedule(this.#quiet);
  }

  #schedule(milliseconds: number): void {
    const at = performance.now() + milliseconds;
    if (this.#timer !== null && this.#at <= at) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = setTimeout(() => void this.#run(), milliseconds);
  }

  async #run(): Promise<void> {
    this.#timer = null;
    this.#running = true;
    this.#again = false;
    try {
      await this.#work();
    } catch (error) {
      this.#failed(error);
      if (this.#open) this.#schedule(this.#retry);
    }
    this.#running = false;
    if (this.#again) this.changed();
  }
}
