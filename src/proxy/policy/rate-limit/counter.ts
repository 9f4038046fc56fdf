import { type Bound, begin, block, type Interval, isOver } from './bound.ts';
import { type Meter, MeterBook } from './meter.ts';

/** What `Counts.look` finds. */
export const FREE = 0;
export const BLOCKED = 1;
/** It is being asked for; the counter's `parked` are told. */
export const ASKED = 2;

/** A request that waits for counters. */
export interface Parked {
  /** One of its counters is known now. */
  resume(): void;
}

/** What this process knows of one client under one limit. `left` is what it may let through itself. */
export class Counter implements Interval {
  left: number;
  end: number;
  blockedUntil: number;
  /** What is left beside that, with other workers; never less than there really is, but for what they use meanwhile. */
  elsewhere: number;
  /** When it was asked for; 0: it is not. */
  askedAt: number;
  /** End of the interval in which nobody answered; 0 when there was none. */
  aloneUntil: number;
  /** Who waits for the answer. */
  parked: Parked[];

  constructor() {
    this.left = 0;
    this.end = 0;
    this.blockedUntil = 0;
    this.elsewhere = 0;
    this.askedAt = 0;
    this.aloneUntil = 0;
    this.parked = NOBODY;
  }
}

const NOBODY: Parked[] = [];

/** Adds a request to those that wait for a counter. */
export function park(counter: Counter, request: Parked): void {
  if (counter.parked === NOBODY) counter.parked = [request];
  else counter.parked.push(request);
}

/** Takes those that wait for a counter. */
export function unpark(counter: Counter): readonly Parked[] {
  const { parked } = counter;
  counter.parked = NOBODY;
  return parked;
}

/** How a process counts: by itself, or together with the other workers. */
export interface Counts {
  readonly book: MeterBook<Counter>;
  /** Whether a request may pass. Changes nothing but for the client being blocked, or asked for. */
  look(meter: Meter<Counter>, client: string, counter: Counter, bound: Bound, now: number): number;
  /** Lets a request pass: `look` has just found all of its counters free. */
  use(counter: Counter, bound: Bound, now: number): void;
}

/** The counts of a process that has no others beside it. */
export class SoleCounts implements Counts {
  readonly book: MeterBook<Counter>;

  constructor(generation?: number) {
    this.book = new MeterBook(() => new Counter(), generation);
  }

  look(_meter: Meter<Counter>, _client: string, counter: Counter, bound: Bound, now: number): number {
    // An interval begins with a request that passes, and it is not known yet whether this one does.
    if (isOver(counter, now)) return FREE;
    if (counter.blockedUntil !== 0) return BLOCKED;
    if (counter.left > 0) return FREE;
    block(counter, bound, now);
    return BLOCKED;
  }

  use(counter: Counter, bound: Bound, now: number): void {
    if (isOver(counter, now)) begin(counter, bound, now);
    counter.left--;
  }
}
