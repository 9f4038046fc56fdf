import { hash } from 'node:crypto';
import { isNewer, type Tally } from '../../../../snapshot/count/tally.ts';
import { type Bound, begin, block, isOver } from '../bound.ts';
import type { Ledger } from '../ledger.ts';
import { type Meter, MeterBook } from '../meter.ts';
import { SharedAccount } from './account.ts';

/** Part of what remains that all proxies together may have used without saying so: 1 in this many. */
const UNTOLD = 4;

/**
 * The accounts of clients whose limits the proxies of a Gateway keep together: what the others say that they have let through is
 * not there to be lent any more.
 *
 * The nearer a client is to its limit, the sooner what it uses is told: with n proxies, each tells when it has let through a
 * 4n-th of what remains. So those that are far from it, which are most, cost a few messages in an interval.
 */
export class SharedLedger implements Ledger<SharedAccount> {
  private readonly book: MeterBook<SharedAccount>;
  private readonly accounts: Meter<SharedAccount>;
  private readonly now: () => number;
  /** Told of keys of which there is something to tell. */
  private readonly tell: (key: string) => void;
  /** Proxies that count together, with this one. */
  private proxies: number;

  constructor(now: () => number, tell: (key: string) => void, generation?: number) {
    this.book = new MeterBook((key) => new SharedAccount(key), generation);
    this.accounts = this.book.meter('');
    this.now = now;
    this.tell = tell;
    this.proxies = 1;
  }

  get size(): number {
    return this.book.size;
  }

  of(meter: string, client: string, bound: Bound): SharedAccount {
    const account = this.accounts.of(keyOf(meter, client));
    if (account.requests === 0) {
      account.meter = meter;
      account.client = client;
      account.requests = bound.requests;
      account.left = account.blockedUntil === 0 ? bound.requests - account.others : 0;
    }
    return account;
  }

  find(meter: string, client: string): SharedAccount | null {
    return this.accounts.find(keyOf(meter, client));
  }

  begin(account: SharedAccount, bound: Bound, now: number): void {
    begin(account, bound, now);
    account.round++;
    account.others = 0;
    forgetTold(account);
  }

  block(account: SharedAccount, bound: Bound, now: number): void {
    account.usedBefore = account.used;
    block(account, bound, now);
  }

  changed(account: SharedAccount): void {
    const { blockedUntil, others, requests, told, used } = account;
    if (blockedUntil !== 0) {
      if (account.isBlockTold) return;
    } else {
      const untold = used - told;
      // The first of an interval is told in any case: it says when that ends.
      if (untold <= 0 || (told > 0 && untold * UNTOLD * this.proxies < requests - others - used)) return;
    }
    account.told = used;
    account.isBlockTold = blockedUntil !== 0;
    this.tell(account.key);
  }

  /** Of whom something is to be told to whoever knows nothing. */
  *keys(): Generator<string> {
    for (const [key, account] of this.accounts.entries()) if (account.told > 0 || account.isBlockTold) yield key;
  }

  /** What there is to be told of a key now. */
  tally(key: string): Tally | null {
    const account = this.accounts.find(key);
    if (account === null || account.requests === 0) return null;
    const now = this.now();
    if (isOver(account, now)) return null;
    const { blockedUntil, end, round, used } = account;
    if (used === 0 && blockedUntil === 0) return null;
    return { key, round, used, left: end - now, blocked: blockedUntil === 0 ? 0 : blockedUntil - now };
  }

  /** Takes in what the others have counted. Returns the accounts of which workers have more than is left for them. */
  hear(tallies: readonly Tally[], proxies: number): SharedAccount[] {
    this.proxies = Math.max(1, proxies);
    const now = this.now();
    return tallies.flatMap((tally) => this.take(tally, now) ?? []);
  }

  private take(tally: Tally, now: number): SharedAccount | null {
    const account = this.accounts.of(tally.key);
    if (isNewer(tally, account, now)) {
      enter(account, tally, now);
      return account.lent.length > 0 ? account : null;
    }
    if (tally.round !== account.round || account.blockedUntil !== 0 || isOver(account, now)) return null;
    // Counts only grow, so what is less is of a replica that has not heard as much.
    const more = Math.max(0, tally.used - account.others);
    const { used } = account;
    account.others += more;
    account.left -= more;
    if (tally.blocked > 0) {
      account.usedBefore = used;
      account.left = 0;
      account.blockedUntil = now + tally.blocked;
      account.isBlockTold = true;
    } else this.changed(account);
    const isOverdrawn = account.left < 0 || account.blockedUntil !== 0;
    return isOverdrawn && account.lent.length > 0 ? account : null;
  }
}

/** The interval that another proxy has begun is the one that counts. What workers have of the one before is worth nothing. */
function enter(account: SharedAccount, { round, used, left, blocked }: Tally, now: number): void {
  account.round = round;
  account.end = now + left;
  account.blockedUntil = blocked === 0 ? 0 : now + blocked;
  account.others = used;
  account.left = blocked === 0 ? account.requests - used : 0;
  account.lent = account.lent.map(({ worker }) => ({ worker, permits: 0 }));
  forgetTold(account);
  account.isBlockTold = blocked !== 0;
}

function forgetTold(account: SharedAccount): void {
  account.told = 0;
  account.usedBefore = 0;
  account.isBlockTold = false;
}

/** Says to nobody whom it stands for: clients are known by addresses, and by what may be their secrets. */
function keyOf(meter: string, client: string): string {
  return hash('sha256', `${meter}\0${client}`, 'base64url').slice(0, 22);
}
