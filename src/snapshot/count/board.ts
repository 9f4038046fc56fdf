import { isNewer, isPast, type Tally } from './tally.ts';

/** What the proxies of a Gateway have said of one client. */
type Entry = {
  round: number;
  end: number;
  blockedUntil: number;
  /** Requests that each of the proxies let through in this round. */
  readonly used: Map<string, number>;
};

/**
 * Adds up what the proxies of one Gateway count. Counts only grow within a round, so the largest that a proxy has told is its
 * last.
 */
export class CountBoard {
  /** By key, those that were told of last at the end. */
  readonly #entries = new Map<string, Entry>();

  get size(): number {
    return this.#entries.size;
  }

  keys(): Iterable<string> {
    return this.#entries.keys();
  }

  /** What a proxy says; whether that is something new to the others. */
  take(proxy: string, tally: Tally, now: number): boolean {
    const { key, round, used, left, blocked } = tally;
    const known = this.#entries.get(key);
    if (known === undefined || isNewer(tally, known, now)) {
      if (left === 0 && blocked === 0) return false;
      const blockedUntil = blocked === 0 ? 0 : now + blocked;
      this.#put(key, { round, end: now + left, blockedUntil, used: new Map([[proxy, used]]) });
      return true;
    }
    if (round !== known.round || isPast(known, now)) return false;
    // What was told later arrives later: the earliest is the truest.
    known.end = Math.min(known.end, now + left);
    const isMore = used > (known.used.get(proxy) ?? 0);
    if (isMore) known.used.set(proxy, used);
    const isBlocked = blocked > 0 && known.blockedUntil === 0;
    if (isBlocked) known.blockedUntil = now + blocked;
    if (isMore || isBlocked) this.#put(key, known);
    return isMore || isBlocked;
  }

  /** What all proxies but one have said of a client together; null: nothing that still holds. */
  others(proxy: string, key: string, now: number): Tally | null {
    const entry = this.#entries.get(key);
    if (entry === undefined || isPast(entry, now)) return null;
    let used = 0;
    for (const [each, its] of entry.used) if (each !== proxy) used += its;
    const blocked = entry.blockedUntil === 0 ? 0 : entry.blockedUntil - now;
    if (used === 0 && blocked === 0) return null;
    return { key, round: entry.round, used, left: Math.max(0, entry.end - now), blocked };
  }

  /** Forgets intervals that are over. */
  sweep(now: number): void {
    for (const [key, entry] of this.#entries) if (isPast(entry, now)) this.#entries.delete(key);
  }

  /** Forgets as many clients as it is told to, of whom nothing was heard for longest. */
  forget(count: number): void {
    let left = count;
    for (const key of this.#entries.keys()) {
      if (left-- <= 0) return;
      this.#entries.delete(key);
    }
  }

  #put(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }
}
