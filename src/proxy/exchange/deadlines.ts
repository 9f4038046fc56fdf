import { Timer, type TimerOwner, type TimerWheel } from '../timer-wheel.ts';

/** What `Deadlines.passed` finds. */
const NONE_PASSED = 0;
export const REQUEST_PASSED = 1;
export const ATTEMPT_PASSED = 2;
export const BACKOFF_PASSED = 3;

/** The points in time that an exchange may reach, on the clock of `performance.now()`; 0 is none. */
export class Deadlines {
  /** Of the whole request (GEP-1742 `request`). */
  request: number;
  /** Of the attempt under way (`backendRequest`). */
  attempt: number;
  /** When the next attempt begins. */
  backoff: number;
  private readonly wheel: TimerWheel;
  private readonly timer: Timer;

  constructor(owner: TimerOwner, wheel: TimerWheel) {
    this.request = 0;
    this.attempt = 0;
    this.backoff = 0;
    this.wheel = wheel;
    this.timer = new Timer(owner);
  }

  /** Sets the timer to the earliest of them. */
  arm(): void {
    let next = this.request;
    if (this.attempt > 0 && (next === 0 || this.attempt < next)) next = this.attempt;
    if (this.backoff > 0 && (next === 0 || this.backoff < next)) next = this.backoff;
    if (next === 0) this.wheel.clear(this.timer);
    else this.wheel.set(this.timer, Math.max(0, next - performance.now()));
  }

  /** The first of them that has passed, in this order; it is passed only once, but for the whole request's. */
  passed(): number {
    const now = performance.now();
    if (this.request > 0 && now >= this.request) return REQUEST_PASSED;
    let result = NONE_PASSED;
    if (this.attempt > 0 && now >= this.attempt) {
      this.attempt = 0;
      result = ATTEMPT_PASSED;
    } else if (this.backoff > 0 && now >= this.backoff) {
      this.backoff = 0;
      result = BACKOFF_PASSED;
    }
    this.arm();
    return result;
  }

  clear(): void {
    if (this.request === 0 && this.attempt === 0 && this.backoff === 0) return;
    this.request = 0;
    this.attempt = 0;
    this.backoff = 0;
    this.wheel.clear(this.timer);
  }

  remove(): void {
    this.wheel.remove(this.timer);
  }
}
