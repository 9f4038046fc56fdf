/** Whoever wants to be told that time is up. */
export interface TimerOwner {
  /** `timer` has reached its deadline and is no longer set. */
  timeout(timer: Timer): void;
}

/** One deadline of an object that has many of them one after the other. It is made once, with its owner. */
export class Timer {
  readonly owner: TimerOwner;
  /** On the clock of the wheel; 0 when it is not set. */
  deadline: number;
  previous: Timer | null;
  next: Timer | null;
  /** The wheel's slot that it hangs in; -1 when in none. */
  slot: number;

  constructor(owner: TimerOwner) {
    this.owner = owner;
    this.deadline = 0;
    this.previous = null;
    this.next = null;
    this.slot = -1;
  }
}

const SLOTS = 1_024;

/**
 * All timeouts of a proxy in one coarse wheel. Setting a deadline later than the one before only stores a number: the
 * timer stays in its slot, and moves on when the wheel gets there. That is what keep-alive connections do all the time.
 */
export class TimerWheel {
  /** Milliseconds of `performance.now()`, as of the last tick. */
  now: number;
  private readonly tick: number;
  private readonly slots: (Timer | null)[];
  /** The tick, counted from the clock's zero, up to which timers have been looked at. */
  private done: number;
  private count: number;
  private interval: NodeJS.Timeout | null;
  private readonly due: Timer[];

  /** `tick`: milliseconds between two looks at the clock, which is how late a timer may be. */
  constructor(tick = 20) {
    this.tick = tick;
    this.now = performance.now();
    this.slots = new Array<Timer | null>(SLOTS).fill(null);
    this.done = Math.floor(this.now / tick);
    this.count = 0;
    this.interval = null;
    this.due = [];
  }

  /** Sets the timer to `delay` milliseconds from now, whatever it was set to before. */
  set(timer: Timer, delay: number): void {
    if (this.interval === null) this.start();
    // The clock of the last tick is late by up to one tick; early is worse than late.
    timer.deadline = this.now + delay + this.tick;
    const slot = Math.ceil(timer.deadline / this.tick);
    if (timer.slot !== -1 && timer.slot <= slot) return;
    if (timer.slot !== -1) this.unlink(timer);
    this.link(timer, slot);
  }

  clear(timer: Timer): void {
    timer.deadline = 0;
  }

  /** Takes the timer out for good: its owner is gone. */
  remove(timer: Timer): void {
    timer.deadline = 0;
    if (timer.slot !== -1) this.unlink(timer);
    if (this.count === 0) this.stop();
  }

  /** Timers in the wheel, also those that were cleared and have not been met since. */
  get size(): number {
    return this.count;
  }

  private start(): void {
    this.now = performance.now();
    this.done = Math.floor(this.now / this.tick);
    this.interval = setInterval(() => this.turn(), this.tick);
    this.interval.unref();
  }

  private stop(): void {
    if (this.interval !== null) clearInterval(this.interval);
    this.interval = null;
  }

  private turn(): void {
    this.now = performance.now();
    const until = Math.floor(this.now / this.tick);
    // After a long pause one turn of the wheel meets every timer.
    if (until - this.done > SLOTS) this.done = until - SLOTS;
    while (this.done < until) {
      this.done++;
      this.visit(this.done % SLOTS, this.done);
    }
    if (this.count === 0) this.stop();
  }

  private visit(index: number, at: number): void {
    const due = this.due;
    for (let timer = this.slots[index]!; timer !== null; ) {
      const next: Timer | null = timer.next;
      if (timer.slot <= at) {
        this.unlink(timer);
        if (timer.deadline > this.now) this.link(timer, Math.max(at + 1, Math.ceil(timer.deadline / this.tick)));
        else if (timer.deadline !== 0) due.push(timer);
      }
      timer = next!;
    }
    // Only now that the slot is in order: owners may set and remove any timer while they are told.
    for (let timer = due.pop(); timer !== undefined; timer = due.pop()) {
      if (timer.deadline === 0 || timer.slot !== -1) continue;
      timer.deadline = 0;
      timer.owner.timeout(timer);
    }
  }

  private link(timer: Timer, slot: number): void {
    const index = slot % SLOTS;
    const first = this.slots[index]!;
    timer.slot = slot;
    timer.previous = null;
    timer.next = first;
    if (first !== null) first.previous = timer;
    this.slots[index] = timer;
    this.count++;
  }

  private unlink(timer: Timer): void {
    if (timer.previous === null) this.slots[timer.slot % SLOTS] = timer.next;
    else timer.previous.next = timer.next;
    if (timer.next !== null) timer.next.previous = timer.previous;
    timer.previous = null;
    timer.next = null;
    timer.slot = -1;
    this.count--;
  }
}
