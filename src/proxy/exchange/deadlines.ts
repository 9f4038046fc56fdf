import { Timer, type TimerOwner, type TimerWheel } from '../timer-wheel.ts';

/** Is told which of its deadlines has passed. */
export interface DeadlineOwner {
  requestTimedOut(): void;
  attemptTimedOut(): void;
  /** The next attempt may begin. */
  backedOff(): void;
}

/** The points in time that an exchange may reach, on the clock of `performance.now()`; 0 is none. */
export class Deadlines implements TimerOwner {
  /** Of the whole request (GEP-1742 `request`). */
  request: number;
  /** Of the attempt under way (`backendRequest`). */
  attempt: number;
  /** When the next attempt begins. */
  backoff: number;
  private readonly owner: DeadlineOwner;
  private readonly wheel: TimerWheel;
  private readonly timer: Timer;

  constructor(owner: DeadlineOwner, wheel: TimerWheel) {
    this.request = 0;
    this.attempt = 0;
    this.backoff = 0;
    this.owner = owner;
    this.wheel = wheel;
    this.timer = new Timer(this);
  }

  /** Gives the request `time` milliseconds from `start`; 0 or less is no bound, whatever there was before. */
  limitRequest(start: number, time: number): void {
    if (time <= 0 && this.request === 0) return;
    this.request = time <= 0 ? 0 : start + time;
    this.arm();
  }

  /** Gives the attempt that begins `time` milliseconds; 0 or less leaves it without a bound of its own. */
  limitAttempt(time: number): void {
    if (time <= 0) return;
    this.attempt = performance.now() + time;
    this.arm();
  }

  /** Waits `time` milliseconds before the next attempt. */
  backOff(time: number): void {
    this.backoff = performance.now() + time;
    this.arm();
  }

  /** Sets the timer to the earliest of them. */
  private arm(): void {
    let next = this.request;
    if (this.attempt > 0 && (next === 0 || this.attempt < next)) next = this.attempt;
    if (this.backoff > 0 && (next === 0 || this.backoff < next)) next = this.backoff;
    if (next === 0) this.wheel.clear(this.timer);
    else this.wheel.set(this.timer, Math.max(0, next - performance.now()));
  }

  /** Tells the owner of the first of them that has passed, in this order; it passes only once, but for the whole request's. */
  timeout(): void {
    const { owner } = this;
    const now = performance.now();
    if (this.request > 0 && now >= this.request) owner.requestTimedOut();
    else if (this.attempt > 0 && now >= this.attempt) {
      this.attempt = 0;
      this.arm();
      owner.attemptTimedOut();
    } else if (this.backoff > 0 && now >= this.backoff) {
      this.backoff = 0;
      this.arm();
      owner.backedOff();
    } else this.arm();
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
