/**
 * Exponential backoff with jitter: 200 ms doubling to 30 s, each drawn from its upper half, so that many watches of many
 * replicas do not come back to a recovering API server at the same moment.
 */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Milliseconds to wait after one more failure; at least `atLeast` (a server's `Retry-After`). */
  next(atLeast = 0): number {
    const ceiling = Math.min(30_000, 200 * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    return Math.max(atLeast, ceiling * (0.5 + this.#random() / 2));
  }

  reset(): void {
    this.#failures = 0;
  }
}
