import type { Writable } from 'node:stream';
import { encodeCounts, MOST_TALLIES } from './message.ts';
import type { Tally } from './tally.ts';

/** Milliseconds in which what changes at once is gathered. */
const GATHER = 2;
/** Keys that wait for a peer that does not read; with more, it is better told everything again when it comes back. */
const MOST_PENDING = 200_000;

type TellerOptions = {
  readonly out: Writable;
  /** Milliseconds between two messages, at least. */
  readonly interval: number;
  /** What there is to be told of a key now; null: nothing. */
  readonly tally: (key: string) => Tally | null;
  /** What is said with every message; null: nothing. */
  readonly proxies: () => number | null;
};

/**
 * Tells a peer what has changed: the first change at once, those that follow together, and nothing while nothing changes. What
 * is told is what holds when it is told, so a peer that reads slowly gets the newest and not a queue.
 */
export class Teller {
  readonly #options: TellerOptions;
  readonly #pending = new Set<string>();
  /** Whether something is to be said even without a tally. */
  #isGreeting = false;
  #timer: NodeJS.Timeout | null = null;
  #toldAt = -Infinity;
  #isFull = false;
  #isClosed = false;

  constructor(options: TellerOptions) {
    this.#options = options;
    options.out.on('drain', () => {
      this.#isFull = false;
      this.#schedule();
    });
  }

  /** Something else is to be told of a key. */
  changed(key: string): void {
    this.#pending.add(key);
    if (this.#pending.size > MOST_PENDING) this.#options.out.destroy();
    this.#schedule();
  }

  /** Has a message follow, also without a tally. */
  greet(): void {
    this.#isGreeting = true;
    this.#schedule();
  }

  close(): void {
    this.#isClosed = true;
    this.#pending.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#timer !== null || this.#isFull || this.#isClosed) return;
    if (this.#pending.size === 0 && !this.#isGreeting) return;
    const wait = Math.max(GATHER, this.#toldAt + this.#options.interval - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#tell();
      this.#schedule();
    }, wait);
  }

  #tell(): void {
    const tallies: Tally[] = [];
    for (const key of this.#pending) {
      this.#pending.delete(key);
      const tally = this.#options.tally(key);
      if (tally !== null) tallies.push(tally);
      if (tallies.length === MOST_TALLIES) break;
    }
    if (tallies.length > 0 || this.#isGreeting) this.#write(tallies);
    this.#isGreeting = false;
  }

  #write(tallies: readonly Tally[]): void {
    const { out, proxies } = this.#options;
    if (this.#isClosed || out.destroyed || out.writableEnded) return;
    this.#toldAt = performance.now();
    this.#isFull = !out.write(`${encodeCounts({ proxies: proxies(), tallies })}\n`);
  }
}
