import { machineTime } from './bound.ts';
import { LeaseDesk, RECALL_TIMEOUT } from './desk.ts';
import type { FromLessee, ToLessee } from './lease.ts';

/** The counts of all workers, in the process that runs them. */
export class Lending {
  private readonly desk: LeaseDesk;
  private readonly send: (worker: number, message: ToLessee) => void;
  private timer: NodeJS.Timeout | null;

  /** `send` tells a worker something, which may be lost with the worker. */
  constructor(workers: number, send: (worker: number, message: ToLessee) => void) {
    this.desk = new LeaseDesk(workers, machineTime);
    this.send = send;
    this.timer = null;
  }

  hear(worker: number, message: FromLessee): void {
    this.desk.hear(worker, message);
    this.deliver();
  }

  /** The process in a worker's place is gone. */
  lost(worker: number): void {
    this.desk.lost(worker);
    this.deliver();
  }

  private deliver(): void {
    for (const [worker, message] of this.desk.deliver()) this.send(worker, message);
    if (this.timer !== null || !this.desk.isWaiting) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.desk.giveUp();
      this.deliver();
    }, RECALL_TIMEOUT);
    this.timer.unref();
  }
}
