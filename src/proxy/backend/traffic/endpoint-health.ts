import type { PassiveHealthCheck } from '../../../ir/traffic.ts';
import { Timer, type TimerOwner, type TimerWheel } from '../../timer-wheel.ts';

/**
 * The one state of health that an endpoint has in a process. Requests (passive) and checks (active) both have a say: it
 * gets requests unless it is ejected or checks say that it is down.
 */
export class EndpointHealth implements TimerOwner {
  /** Checks say so. */
  private isDown: boolean;
  private isEjected: boolean;
  /** In a row. */
  private connectErrors: number;
  private serverErrors: number;
  private checks: number;
  private readonly timer: Timer;
  private readonly wheel: TimerWheel;
  /** Told when `isHealthy` has changed. */
  private readonly changed: () => void;

  constructor(wheel: TimerWheel, changed: () => void) {
    this.isDown = false;
    this.isEjected = false;
    this.connectErrors = 0;
    this.serverErrors = 0;
    this.checks = 0;
    this.timer = new Timer(this);
    this.wheel = wheel;
    this.changed = changed;
  }

  get isHealthy(): boolean {
    return !this.isDown && !this.isEjected;
  }

  /** A request was answered well. */
  served(): void {
    this.connectErrors = 0;
    this.serverErrors = 0;
  }

  /** A request failed; `isConnect` before there was a connection. */
  failed(isConnect: boolean, settings: PassiveHealthCheck): void {
    if (this.isEjected) return;
    const { consecutiveConnectErrors, consecutiveServerErrors, ejectionDuration } = settings;
    this.serverErrors++;
    this.connectErrors = isConnect ? this.connectErrors + 1 : 0;
    const isTooMuch =
      (consecutiveConnectErrors > 0 && this.connectErrors >= consecutiveConnectErrors) ||
      (consecutiveServerErrors > 0 && this.serverErrors >= consecutiveServerErrors);
    if (!isTooMuch) return;
    this.served();
    const wasHealthy = this.isHealthy;
    this.isEjected = true;
    this.wheel.set(this.timer, ejectionDuration);
    if (wasHealthy) this.changed();
  }

  /** A check has ended; `threshold` of the other kind in a row change the state. */
  checked(isWell: boolean, threshold: number): void {
    if (isWell !== this.isDown) {
      this.checks = 0;
      return;
    }
    if (++this.checks < threshold) return;
    this.checks = 0;
    this.setDown(!isWell);
  }

  /** Nobody checks any more. */
  unchecked(): void {
    this.checks = 0;
    this.setDown(false);
  }

  /** Requests do not count any more. */
  forgiven(): void {
    this.served();
    this.wheel.clear(this.timer);
    this.timeout();
  }

  /** The ejection is over. */
  timeout(): void {
    const wasHealthy = this.isHealthy;
    this.isEjected = false;
    if (this.isHealthy !== wasHealthy) this.changed();
  }

  remove(): void {
    this.wheel.remove(this.timer);
  }

  private setDown(isDown: boolean): void {
    const wasHealthy = this.isHealthy;
    this.isDown = isDown;
    if (this.isHealthy !== wasHealthy) this.changed();
  }
}
