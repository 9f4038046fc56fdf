import type { Snapshot } from '../ir/delta.ts';

/** A revision that was published, and when. */
export type PublishedSnapshot = {
  readonly snapshot: Snapshot;
  /** Milliseconds since the epoch. */
  readonly at: number;
};

/**
 * The last revisions of one Gateway's table, newest last. Entries that did not change are shared between revisions, so that
 * a hundred of them cost little more than one.
 */
export class History {
  readonly #limit: number;
  readonly #now: () => number;
  #published: PublishedSnapshot[] = [];

  constructor(limit = 100, now: () => number = Date.now) {
    this.#limit = limit;
    this.#now = now;
  }

  /** A revision that comes back (a change and its reversal) moves to the end. */
  add(snapshot: Snapshot): void {
    const others = this.#published.filter((one) => one.snapshot.revision !== snapshot.revision);
    others.push({ snapshot, at: this.#now() });
    this.#published = others.slice(-this.#limit);
  }

  get(revision: string): Snapshot | null {
    return this.#published.find((one) => one.snapshot.revision === revision)?.snapshot ?? null;
  }

  list(): readonly PublishedSnapshot[] {
    return this.#published;
  }
}
