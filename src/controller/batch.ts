/**
 * Runs one piece of work after changes, never two at a time and never one change at a time under load: the first change
 * waits `quiet` milliseconds for its companions, and what changes during a run makes one more run.
 */
export class Batch {
  readonly #work: () => Promise<void> | void;
  readonly #failed: (error: unknown) => void;
  readonly #quiet: number;
  #timer: NodeJS.Timeout | null = null;
  #running = false;
  #again = false;
  #open = false;

  /** `failed` gets what the work throws; the next change runs it again. */
  constructor(work: () => Promise<void> | void, failed: (error: unknown) => void, quiet = 2) {
    this.#work = work;
    this.#failed = failed;
    this.#quiet = quiet;
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
    else this.#timer ??= setTimeout(() => void this.#run(), this.#quiet);
  }

  async #run(): Promise<void> {
    this.#timer = null;
    this.#running = true;
    this.#again = false;
    try {
      await this.#work();
    } catch (error) {
      this.#failed(error);
    }
    this.#running = false;
    if (this.#again) this.changed();
  }
}
