import { type Bound, begin, block, type Interval } from './bound.ts';
import type { Ask } from './lease.ts';
import { MeterBook } from './meter.ts';

/** What all workers have in common of one client, of whom there may be many. `left` is what was not lent. */
export type Account = Interval & {
  /** Permits of this interval, and the worker that they were lent to: it may have used some. */
  lent: readonly Lent[];
  /** Null: nothing was called back, or all of it has come. */
  recall: Recalled | null;
};

export type Lent = { readonly worker: number; readonly permits: number };
export type Recalled = {
  readonly at: number;
  /** Workers that have not answered. */
  readonly awaited: Set<number>;
  /** Who waits for that. */
  readonly waiting: { readonly ask: Ask; readonly worker: number }[];
};

export const NOTHING: readonly Lent[] = [];

/** Where the accounts of a desk are, and who else has a say in them. */
export interface Ledger<A extends Account> {
  of(meter: string, client: string, bound: Bound): A;
  find(meter: string, client: string): A | null;
  /** Begins a new interval. */
  begin(account: A, bound: Bound, now: number): void;
  /** Refuses the first request that is too much. */
  block(account: A, bound: Bound, now: number): void;
  /** Permits of an account were lent, used, or came back. */
  changed(account: A): void;
}

/** Accounts that are this pod's alone. */
export class PodLedger implements Ledger<Account> {
  private readonly book: MeterBook<Account>;

  constructor(generation?: number) {
    this.book = new MeterBook(newAccount, generation);
  }

  of(meter: string, client: string): Account {
    return this.book.meter(meter).of(client);
  }

  find(meter: string, client: string): Account | null {
    return this.book.meter(meter).find(client);
  }

  begin(account: Account, bound: Bound, now: number): void {
    begin(account, bound, now);
  }

  block(account: Account, bound: Bound, now: number): void {
    block(account, bound, now);
  }

  changed(): void {}
}

function newAccount(): Account {
  return { left: 0, end: 0, blockedUntil: 0, lent: NOTHING, recall: null };
}
