import { isOver } from './bound.ts';
import type { Counter } from './counter.ts';
import type { Recall, Return } from './lease.ts';

/** Milliseconds in which what is used is gathered. */
const GATHER = 10;
/** Clients in a note, at most; the others are in the next one. */
const MOST = 5_000;

/** Says of permits that were lent to this worker how many it has left, soon after it used some. */
export class Notes {
  private readonly now: () => number;
  private readonly send: (notes: readonly Return[]) => void;
  /** Counters of which permits were used since they were noted. */
  private readonly unnoted: Set<Counter>;
  private readonly names: WeakMap<Counter, Recall>;
  private timer: NodeJS.Timeout | null;

  /** `now` is the clock of the intervals. */
  constructor(now: () => number, send: (notes: readonly Return[]) => void) {
    this.now = now;
    this.send = send;
    this.unnoted = new Set();
    this.names = new WeakMap();
    this.timer = null;
  }

  /** Permits were lent for a counter. */
  lent(counter: Counter, { meter, client }: Recall): void {
    if (!this.names.has(counter)) this.names.set(counter, { meter, client });
  }

  used(counter: Counter): void {
    this.unnoted.add(counter);
    if (this.timer === null) this.timer = setTimeout(() => this.tell(), GATHER);
  }

  private tell(): void {
    this.timer = null;
    const now = this.now();
    const notes: Return[] = [];
    for (const counter of this.unnoted) {
      this.unnoted.delete(counter);
      const name = this.names.get(counter);
      // Who has asked for more has said that it has used all; a share that it gave itself was never lent.
      if (name === undefined || counter.askedAt !== 0 || counter.aloneUntil > now || isOver(counter, now)) continue;
      notes.push({ ...name, permits: counter.left, end: counter.end });
      if (notes.length === MOST) break;
    }
    if (this.unnoted.size > 0) this.timer = setTimeout(() => this.tell(), GATHER);
    if (notes.length > 0) this.send(notes);
  }
}
