/** What one limit lets through. Times are milliseconds. */
export type Bound = {
  readonly requests: number;
  /** From the first request that is counted. */
  readonly interval: number;
  /** How long everything is refused from the first request that was too much; 0: to the end of the interval. */
  readonly penalty: number;
};

/** An interval under way, on a clock of milliseconds that only the caller knows. */
export interface Interval {
  /** Requests that may still pass. */
  left: number;
  /** When it ends; 0 before the first one. */
  end: number;
  /** Until when everything is refused; 0 when nothing is. */
  blockedUntil: number;
}

/** Whether whatever was counted has no say any more, so that the next request begins a new interval. */
export function isOver(interval: Interval, now: number): boolean {
  return interval.blockedUntil === 0 ? now >= interval.end : now >= interval.blockedUntil;
}

/** Begins a new interval. */
export function begin(interval: Interval, bound: Bound, now: number): void {
  interval.left = bound.requests;
  interval.end = now + bound.interval;
  interval.blockedUntil = 0;
}

/** Refuses the first request that is too much. Those that follow change nothing, so that nobody is blocked for longer by asking. */
export function block(interval: Interval, bound: Bound, now: number): void {
  interval.left = 0;
  interval.blockedUntil = bound.penalty === 0 ? interval.end : now + bound.penalty;
}

/** Milliseconds on the machine's monotonic clock: the same in all of its processes, other than `performance.now()`. */
export function machineTime(): number {
  return performance.now() + OFFSET;
}

const OFFSET = Number(process.hrtime.bigint()) / 1e6 - performance.now();
