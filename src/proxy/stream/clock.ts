import type { ProxyOptions } from '../options.ts';
import { Timer, type TimerOwner, type TimerWheel } from '../timer-wheel.ts';

/** How long one stream may connect, be silent, and go on while the proxy drains. The owner is told when it should look. */
export class StreamClock {
  private readonly options: ProxyOptions;
  private readonly wheel: TimerWheel;
  private readonly timer: Timer;
  private isConnecting: boolean;
  /** When bytes last came or went, on the wheel's clock. */
  private activeAt: number;
  /** When it has to be over because the proxy drains; 0: never. */
  private deadline: number;

  constructor(owner: TimerOwner, options: ProxyOptions, wheel: TimerWheel) {
    this.options = options;
    this.wheel = wheel;
    this.timer = new Timer(owner);
    this.isConnecting = true;
    this.activeAt = wheel.now;
    this.deadline = 0;
  }

  /** Bytes have come or gone. */
  touch(): void {
    this.activeAt = this.wheel.now;
  }

  awaitConnection(): void {
    this.isConnecting = true;
    this.arm();
  }

  awaitBytes(): void {
    this.isConnecting = false;
    this.touch();
    this.arm();
  }

  /** Lets it go on for that many milliseconds at most; what was said first counts. */
  drain(time: number): void {
    if (this.deadline !== 0) return;
    this.deadline = performance.now() + time;
    this.arm();
  }

  remove(): void {
    this.wheel.remove(this.timer);
  }

  get isDrained(): boolean {
    return this.deadline !== 0 && performance.now() >= this.deadline;
  }

  get isSilent(): boolean {
    const { idleTimeout } = this.options.streams;
    return idleTimeout > 0 && performance.now() - this.activeAt >= idleTimeout;
  }

  /** Sets the timer to when the first of its times could be up. */
  arm(): void {
    const { limits, streams } = this.options;
    const now = performance.now();
    let wait = this.isConnecting ? limits.connectTimeout : streams.idleTimeout;
    if (!this.isConnecting && wait > 0) wait = Math.max(1, this.activeAt + wait - now);
    if (this.deadline !== 0) wait = Math.min(wait || Number.POSITIVE_INFINITY, Math.max(1, this.deadline - now));
    if (wait > 0) this.wheel.set(this.timer, wait);
    else this.wheel.clear(this.timer);
  }
}
