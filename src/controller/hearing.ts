/**
 * Milliseconds that a new leader waits for proxies that take traffic and have not told it what they serve. They have hardly
 * stopped serving because of the change of leaders, and saying so would be a guess.
 */
const HEARING = 15_000;

/** Whether a replica that has begun to lead knows enough to write statuses. */
export class Hearing {
  /** When it writes whatever it has heard; null once it has begun to. */
  #until: number | null = null;

  /** It begins to lead. `over` is called when its patience is. Returns what ends the waiting. */
  begin(over: () => void): () => void {
    this.#until = performance.now() + HEARING;
    const timer = setTimeout(over, HEARING + 1);
    return () => clearTimeout(timer);
  }

  get isOver(): boolean {
    return this.#until === null;
  }

  /** @param isComplete whether every proxy that takes traffic has told this leader what it serves. */
  hasHeard(isComplete: () => boolean): boolean {
    if (this.#until === null) return true;
    if (!isComplete() && performance.now() < this.#until) return false;
    this.#until = null;
    return true;
  }
}
