import type { ProxyLimits } from '../options.ts';
import { Timer, type TimerOwner, type TimerWheel } from '../timer-wheel.ts';

const LINGER_TIME = 2_000;

/** How long a client connection may be silent, in each of its phases. The owner is told when it should look. */
export class ClientClock {
  private readonly limits: ProxyLimits;
  private readonly wheel: TimerWheel;
  private readonly timer: Timer;
  /** When the client last sent something, and when it last took something, on the wheel's clock. */
  private sent: number;
  private taken: number;

  constructor(owner: TimerOwner, limits: ProxyLimits, wheel: TimerWheel) {
    this.limits = limits;
    this.wheel = wheel;
    this.timer = new Timer(owner);
    this.sent = 0;
    this.taken = 0;
  }

  /** The client has sent something, or is read again. */
  hasSent(): void {
    this.sent = this.wheel.now;
  }

  hasTaken(): void {
    this.taken = this.wheel.now;
  }

  awaitRequest(): void {
    this.set(this.limits.idleTimeout);
  }

  awaitHead(): void {
    this.set(this.limits.headTimeout);
  }

  /** For a body or a response: looks when either could have stalled. */
  awaitProgress(): void {
    const { bodyTimeout, writeTimeout } = this.limits;
    this.set(bodyTimeout > 0 && writeTimeout > 0 ? Math.min(bodyTimeout, writeTimeout) : bodyTimeout + writeTimeout);
  }

  awaitTunnel(): void {
    this.set(this.limits.tunnelTimeout);
  }

  awaitEnd(): void {
    this.set(LINGER_TIME);
  }

  remove(): void {
    this.wheel.remove(this.timer);
  }

  /** Whether a client that is being read has sent nothing of its body for too long. */
  get isBodyStalled(): boolean {
    const { bodyTimeout } = this.limits;
    return bodyTimeout > 0 && this.wheel.now - this.sent >= bodyTimeout;
  }

  /** Whether a client for whom something waits has taken nothing for too long. */
  get isResponseStalled(): boolean {
    const { writeTimeout } = this.limits;
    return writeTimeout > 0 && this.silence >= writeTimeout;
  }

  get isTunnelSilent(): boolean {
    return this.silence >= this.limits.tunnelTimeout;
  }

  private get silence(): number {
    return this.wheel.now - Math.max(this.sent, this.taken);
  }

  private set(time: number): void {
    if (time > 0) this.wheel.set(this.timer, time);
    else this.wheel.clear(this.timer);
  }
}
