import { Timer, type TimerOwner, type TimerWheel } from '../../timer-wheel.ts';
import { type Bound, block, isOver } from './bound.ts';
import { ASKED, BLOCKED, Counter, type Counts, FREE, unpark } from './counter.ts';
import type { FromLessee, Return, ToLessee } from './lease.ts';
import { type Meter, MeterBook } from './meter.ts';
import type { Notes } from './notes.ts';

/** Milliseconds for which whoever lends permits is waited for. It has the lower priority, and may be busy with a table. */
export const ASK_TIMEOUT = 500;

type Asked = {
  readonly id: number;
  readonly meter: string;
  readonly client: string;
  readonly counter: Counter;
  readonly bound: Bound;
};

/**
 * The counts of one of several workers: permits are lent to it in parts. While nobody lends any, it lets through what would be its
 * share, so that requests neither wait nor pass without a bound.
 */
export class LeasedCounts implements Counts, TimerOwner {
  readonly book: MeterBook<Counter>;
  private readonly workers: number;
  private readonly wheel: TimerWheel;
  private readonly now: () => number;
  private readonly send: (message: FromLessee) => void;
  /** Null: nobody wants to know what is used meanwhile. */
  private readonly notes: Notes | null;
  private readonly timer: Timer;
  /** What was asked for, by id, oldest first. */
  private readonly asked: Map<number, Asked>;
  /** What was not sent yet. */
  private asks: Asked[];
  private returns: Return[];
  private nextId: number;
  private isFlushing: boolean;
  /** Whether the last one that was asked for did not come in time, so that nobody is to wait. */
  private isSilent: boolean;

  /** `now` is the machine's clock, which the lender has too. */
  constructor(
    workers: number,
    wheel: TimerWheel,
    now: () => number,
    send: (message: FromLessee) => void,
    notes: Notes | null = null,
    generation?: number,
  ) {
    this.book = new MeterBook(() => new Counter(), generation);
    this.workers = workers;
    this.wheel = wheel;
    this.now = now;
    this.send = send;
    this.notes = notes;
    this.timer = new Timer(this);
    this.asked = new Map();
    this.asks = [];
    this.returns = [];
    this.nextId = 1;
    this.isFlushing = false;
    this.isSilent = false;
  }

  look(meter: Meter<Counter>, client: string, counter: Counter, bound: Bound, now: number): number {
    if (counter.blockedUntil > now) return BLOCKED;
    if (counter.left > 0 && counter.end > now) return FREE;
    // One question at a time is enough to hear that somebody answers again.
    const isPointless = this.isSilent && this.asked.size > 0;
    if (counter.askedAt === 0 && !isPointless) this.ask(meter.name, client, counter, bound, now);
    return this.isSilent ? this.doWithout(counter, bound, now) : ASKED;
  }

  use(counter: Counter): void {
    counter.left--;
    this.notes?.used(counter);
  }

  /** Takes in what the lender says. */
  hear({ grants, recalls }: ToLessee): void {
    this.isSilent = false;
    for (const { id, permits, elsewhere, end, blockedUntil } of grants) {
      const asked = this.asked.get(id);
      // Too late: what came of it was decided without.
      if (asked === undefined) continue;
      this.asked.delete(id);
      const { counter } = asked;
      counter.left = permits;
      counter.elsewhere = elsewhere;
      counter.end = end;
      counter.blockedUntil = blockedUntil;
      counter.aloneUntil = 0;
      this.notes?.lent(counter, asked);
      this.answered(counter);
    }
    const now = this.now();
    for (const { meter, client } of recalls) {
      const counter = this.book.meter(meter).find(client);
      // A share that it gave itself is nothing that it was lent.
      const permits = counter === null || isOver(counter, now) || counter.aloneUntil > now ? 0 : counter.left;
      this.returns.push({ meter, client, permits, end: counter?.end ?? 0 });
      if (counter !== null) counter.left = 0;
    }
    if (recalls.length > 0) this.flush();
  }

  timeout(): void {
    const due = this.now() - ASK_TIMEOUT;
    for (const [id, { counter }] of [...this.asked]) {
      if (counter.askedAt > due) break;
      this.isSilent = true;
      this.asked.delete(id);
      this.answered(counter);
    }
    this.watch();
  }

  private ask(meter: string, client: string, counter: Counter, bound: Bound, now: number): void {
    const asked = { id: this.nextId++, meter, client, counter, bound };
    counter.askedAt = now;
    this.asked.set(asked.id, asked);
    this.asks.push(asked);
    if (this.asked.size === 1) this.watch();
    if (this.isFlushing) return;
    this.isFlushing = true;
    // What all requests of this turn of the event loop need goes in one message.
    setImmediate(flush, this);
  }

  /** Nobody answers: one share an interval. */
  private doWithout(counter: Counter, bound: Bound, now: number): number {
    if (counter.aloneUntil > now) {
      block(counter, bound, now);
      return BLOCKED;
    }
    if (counter.end <= now) counter.end = now + bound.interval;
    counter.left = Math.ceil(bound.requests / this.workers);
    counter.elsewhere = 0;
    counter.blockedUntil = 0;
    counter.aloneUntil = counter.end;
    return FREE;
  }

  private answered(counter: Counter): void {
    counter.askedAt = 0;
    for (const parked of unpark(counter)) parked.resume();
  }

  private watch(): void {
    for (const { counter } of this.asked.values()) {
      this.wheel.set(this.timer, Math.max(0, counter.askedAt + ASK_TIMEOUT - this.now()));
      return;
    }
    this.wheel.clear(this.timer);
  }

  /** Says what there is to say. */
  flush(): void {
    this.isFlushing = false;
    const { asks, returns } = this;
    if (asks.length === 0 && returns.length === 0) return;
    this.asks = [];
    this.returns = [];
    this.send({
      asks: asks.map(({ id, meter, client, counter, bound: { requests, interval, penalty } }) => {
        return { id, meter, client, requests, interval, penalty, wanted: Math.max(1, counter.parked.length) };
      }),
      returns,
      notes: [],
    });
  }
}

function flush(counts: LeasedCounts): void {
  counts.flush();
}
