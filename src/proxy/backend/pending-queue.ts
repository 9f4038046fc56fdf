import { ERRORS } from '../exchange/error.ts';
import { Timer, type TimerOwner, type TimerWheel } from '../timer-wheel.ts';
import type { ResponseSink } from './response-sink.ts';

/** What the queues of a process have in common. */
type Bounds = { readonly backendPending: number; readonly pendingTimeout: number };
type Counts = { waiting: number };

/** Requests that wait for a connection to one endpoint, the longest waiting first: bounded in number and in time. */
export class PendingQueue implements TimerOwner {
  private readonly bounds: Bounds;
  private readonly counts: Counts;
  private readonly wheel: TimerWheel;
  private readonly timer: Timer;
  private readonly sinks: ResponseSink[];
  /** When each of them came, on the wheel's clock. */
  private readonly since: number[];

  constructor(bounds: Bounds, counts: Counts, wheel: TimerWheel) {
    this.bounds = bounds;
    this.counts = counts;
    this.wheel = wheel;
    this.timer = new Timer(this);
    this.sinks = [];
    this.since = [];
  }

  get isEmpty(): boolean {
    return this.sinks.length === 0;
  }

  /** False when there are as many as may be. A sink that waits for too long is told `backendFailed`. */
  add(sink: ResponseSink): boolean {
    const { backendPending, pendingTimeout } = this.bounds;
    if (this.sinks.length >= backendPending) return false;
    if (this.sinks.length === 0 && pendingTimeout > 0) this.wheel.set(this.timer, pendingTimeout);
    this.sinks.push(sink);
    this.since.push(this.wheel.now);
    this.counts.waiting++;
    return true;
  }

  /** The one that has waited longest; undefined without any. */
  next(): ResponseSink | undefined {
    const sink = this.sinks.shift();
    if (sink === undefined) return undefined;
    this.since.shift();
    this.left();
    return sink;
  }

  /** The sink waits no longer, if it did. */
  cancel(sink: ResponseSink): void {
    const index = this.sinks.indexOf(sink);
    if (index === -1) return;
    this.sinks.splice(index, 1);
    this.since.splice(index, 1);
    this.left();
  }

  timeout(): void {
    const { pendingTimeout } = this.bounds;
    while (this.since.length > 0) {
      const left = this.since[0]! + pendingTimeout - this.wheel.now;
      if (left > 0) {
        this.wheel.set(this.timer, left);
        return;
      }
      this.next()!.backendFailed(ERRORS.pendingTimeout);
    }
  }

  private left(): void {
    this.counts.waiting--;
    if (this.sinks.length === 0) this.wheel.clear(this.timer);
  }
}
