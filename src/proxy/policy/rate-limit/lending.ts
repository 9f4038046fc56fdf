import { machineTime } from './bound.ts';
import { LeaseDesk, RECALL_TIMEOUT } from './desk.ts';
import type { FromLessee, Recall, ToLessee } from './lease.ts';
import type { Account, Ledger } from './ledger.ts';

/** The counts of all workers, in the process that runs them. */
export class Lending<A extends Account = Account> {
  private readonly desk: LeaseDesk<A>;
  private readonly send: (worker: number, message: ToLessee) => void;
  private timer: NodeJS.Timeout | null;

  /** `send` tells a worker something, which may be lost with the worker. */
  constructor(workers: number, ledger: Ledger<A>, send: (worker: number, message: ToLessee) => void) {
    this.desk = new LeaseDesk(workers, machineTime, ledger);
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

  /** Has the workers give back what they have of accounts. */
  callBack(accounts: readonly (A & Recall)[]): void {
    for (const account of accounts) this.desk.callBack(account, account);
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
