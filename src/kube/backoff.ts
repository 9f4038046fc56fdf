/**
 * Exponential backoff with jitter: 200 ms doubling to 8 s, each drawn from its upper half, so that many watches of many
 * replicas do not come back to a recovering API server at the same moment. Not longer, because statuses stand still that
 * long after an API server has come back.
 */
const LONGEST = 8_000;

export class Backoff {
  readonly #random: () => number;
  #failures = 0;
  #last = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds to wait after one more failure; at least `atLeast` (a server's `Retry-After`). */
  next(atLeast = 0): number {
    const ceiling = Math.min(LONGEST, 200 * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    this.#last = Math.max(atLeast, ceiling * (0.5 + this.#random() / 2));
    return this.#last;
  }

  /** Forgets its failures when what was tried lasted longer than the pause before it: it works, and breaks off. */
  lasted(milliseconds: number): void {
    if (milliseconds > this.#last) this.reset();
  }

  reset(): void {
    this.#failures = 0;
  }
}
