import { isOver } from './bound.ts';
import type { Ask, FromLessee, Grant, Recall, ToLessee } from './lease.ts';
import { type Account, type Ledger, NOTHING, type Recalled } from './ledger.ts';

/** Milliseconds for which permits that were called back are waited for. */
export const RECALL_TIMEOUT = 200;

type Outbox = { readonly grants: Grant[]; readonly recalls: Recall[] };

/** Lends permits to workers, and calls them back from those that may have some when another needs them. */
export class LeaseDesk<A extends Account = Account> {
  private readonly ledger: Ledger<A>;
  /** Among whom a client's requests may be spread. */
  private readonly workers: number;
  private readonly now: () => number;
  private outboxes: Map<number, Outbox>;
  /** Accounts of which permits were called back, oldest first. */
  private readonly recalled: Set<A>;

  /** `now` is the clock that the workers have too. */
  constructor(workers: number, now: () => number, ledger: Ledger<A>) {
    this.ledger = ledger;
    this.workers = workers;
    this.now = now;
    this.outboxes = new Map();
    this.recalled = new Set();
  }

  /** Takes in what a worker says. What follows for whom is in `deliver`. */
  hear(worker: number, { asks, notes, returns }: FromLessee): void {
    for (const { meter, client, permits, end } of notes) {
      const account = this.ledger.find(meter, client);
      if (account === null || end !== account.end) continue;
      hasLeft(account, worker, permits);
      this.ledger.changed(account);
    }
    for (const { meter, client, permits, end } of returns) {
      const account = this.ledger.find(meter, client);
      if (account === null) continue;
      // Of an interval that is over, or cut short, nothing comes back.
      if (end === account.end && account.blockedUntil === 0) account.left += permits;
      takeBack(account, worker);
      this.ledger.changed(account);
      this.answered(account, worker);
    }
    for (const ask of asks) this.take(ask, worker);
  }

  /** A worker is gone and will not answer. What was lent to it stays so until the interval ends. */
  lost(worker: number): void {
    this.outboxes.delete(worker);
    for (const account of [...this.recalled]) {
      takeBack(account, worker);
      this.answered(account, worker);
    }
  }

  /** Has all workers give back what they have of an account, of which nothing may be left. */
  callBack(account: A, name: Recall): void {
    if (account.recall === null && account.lent.length > 0) this.recall(account, name, []);
  }

  /** Whether permits were called back and not all workers have answered. */
  get isWaiting(): boolean {
    return this.recalled.size > 0;
  }

  /** Waits no longer for workers that have not answered in time. */
  giveUp(): void {
    const due = this.now() - RECALL_TIMEOUT;
    for (const account of [...this.recalled]) {
      if (account.recall!.at > due) return;
      this.settle(account);
    }
  }

  /** What is to be said to workers since the last time. */
  deliver(): ReadonlyMap<number, ToLessee> {
    const { outboxes } = this;
    this.outboxes = new Map();
    return outboxes;
  }

  private take(ask: Ask, worker: number): void {
    const account = this.ledger.of(ask.meter, ask.client, ask);
    const now = this.now();
    if (isOver(account, now)) {
      this.ledger.begin(account, ask, now);
      account.lent = NOTHING;
    }
    // Whoever asks has used all that it had.
    takeBack(account, worker);
    if (account.recall !== null) account.recall.waiting.push({ ask, worker });
    else if (account.left > 0 || account.blockedUntil !== 0) this.grant(account, ask, worker);
    else if (account.lent.length > 0) this.recall(account, ask, [{ ask, worker }]);
    else {
      this.ledger.block(account, ask, now);
      this.grant(account, ask, worker);
    }
    this.ledger.changed(account);
  }

  /** Lends a part of what is left, so that other workers find some too. */
  private grant(account: A, ask: Ask, worker: number): void {
    const { blockedUntil, end, left, lent } = account;
    const permits = Math.max(0, Math.min(left, Math.max(ask.wanted, Math.ceil(left / (2 * this.workers)))));
    let elsewhere = Math.max(0, left - permits);
    for (const other of lent) elsewhere += other.permits;
    if (permits > 0) account.lent = [...lent, { worker, permits }];
    account.left -= permits;
    this.outbox(worker).grants.push({ id: ask.id, permits, elsewhere, end, blockedUntil });
  }

  private recall(account: A, { meter, client }: Recall, waiting: Recalled['waiting']): void {
    const awaited = new Set<number>();
    for (const holder of account.lent) {
      awaited.add(holder.worker);
      this.outbox(holder.worker).recalls.push({ meter, client });
    }
    account.recall = { at: this.now(), awaited, waiting };
    this.recalled.add(account);
  }

  private answered(account: A, worker: number): void {
    const { recall } = account;
    if (recall?.awaited.delete(worker) === true && recall.awaited.size === 0) this.settle(account);
  }

  /** What could come back has: those who waited are served like anybody else. */
  private settle(account: A): void {
    const { awaited, waiting } = account.recall!;
    this.recalled.delete(account);
    account.recall = null;
    // Whoever has not answered may have used what it had.
    for (const worker of awaited) takeBack(account, worker);
    for (const { ask, worker } of waiting) this.take(ask, worker);
  }

  private outbox(worker: number): Outbox {
    let outbox = this.outboxes.get(worker);
    if (outbox === undefined) {
      outbox = { grants: [], recalls: [] };
      this.outboxes.set(worker, outbox);
    }
    return outbox;
  }
}

/** A worker has nothing of an account any more. */
function takeBack(account: Account, worker: number): void {
  const { lent } = account;
  if (lent.some((each) => each.worker === worker)) account.lent = lent.filter((each) => each.worker !== worker);
}
/** A worker has used some of what it had of an account. */
function hasLeft(account: Account, worker: number, permits: number): void {
  account.lent = account.lent.map((each) =>
    each.worker === worker && permits < each.permits ? { worker, permits } : each,
  );
}
