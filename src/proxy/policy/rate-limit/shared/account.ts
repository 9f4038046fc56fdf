import { type Account, type Lent, NOTHING, type Recalled } from '../ledger.ts';

/** What this pod knows of one client under a limit that the proxies of its Gateway keep together. */
export class SharedAccount implements Account {
  /** As tallies have it. */
  readonly key: string;
  /** Empty, as long as only other proxies have heard of the client. */
  meter: string;
  client: string;
  /** The limit; 0: as long as only other proxies know it. */
  requests: number;
  left: number;
  end: number;
  blockedUntil: number;
  lent: readonly Lent[];
  recall: Recalled | null;
  /** Which interval of the client this is, of all that any proxy has begun. */
  round: number;
  /** Requests that the other proxies have let through in it; `left` is without them. */
  others: number;
  /** Of those that this pod has let through, how many it has told of. */
  told: number;
  /** What this pod had let through when the client was blocked. */
  usedBefore: number;
  /** Whether the others know that the client is blocked. */
  isBlockTold: boolean;

  constructor(key: string) {
    this.key = key;
    this.meter = '';
    this.client = '';
    this.requests = 0;
    this.left = 0;
    this.end = 0;
    this.blockedUntil = 0;
    this.lent = NOTHING;
    this.recall = null;
    this.round = 0;
    this.others = 0;
    this.told = 0;
    this.usedBefore = 0;
    this.isBlockTold = false;
  }

  /** Requests that this pod has let through in the interval, as far as its workers have said. */
  get used(): number {
    if (this.requests === 0) return 0;
    if (this.blockedUntil !== 0) return this.usedBefore;
    let lent = 0;
    for (const { permits } of this.lent) lent += permits;
    return this.requests - this.others - this.left - lent;
  }
}
