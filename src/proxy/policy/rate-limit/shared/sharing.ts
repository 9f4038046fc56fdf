import type { Gauge, Registry } from '../../../../observe/metrics.ts';
import type { Counted } from '../../../../snapshot/count/client.ts';
import type { Tally } from '../../../../snapshot/count/tally.ts';
import { machineTime } from '../bound.ts';
import type { FromLessee, ToLessee } from '../lease.ts';
import { Lending } from '../lending.ts';
import type { SharedAccount } from './account.ts';
import { SharedLedger } from './ledger.ts';

/** The counts of all workers, and of the other proxies of the Gateway, in the process that runs the workers. */
export class Sharing implements Counted {
  private readonly ledger: SharedLedger;
  private readonly lending: Lending<SharedAccount>;
  private readonly replicas: Gauge;
  private readonly series: number;

  /**
   * @param send tells a worker something
   * @param tell is told of keys of which there is something to tell other proxies
   */
  constructor(
    workers: number,
    send: (worker: number, message: ToLessee) => void,
    tell: (key: string) => void,
    registry: Registry,
  ) {
    this.ledger = new SharedLedger(machineTime, tell);
    this.lending = new Lending(workers, this.ledger, send);
    this.replicas = registry.gauge(
      'headgate_rate_limit_controllers',
      'Controllers through which this proxy counts together with the others of its Gateway.',
    );
    this.series = this.replicas.series([]);
  }

  heard(worker: number, message: FromLessee): void {
    this.lending.hear(worker, message);
  }

  /** The process in a worker's place is gone. */
  lost(worker: number): void {
    this.lending.lost(worker);
  }

  keys(): Iterable<string> {
    return this.ledger.keys();
  }

  tally(key: string): Tally | null {
    return this.ledger.tally(key);
  }

  hear(tallies: readonly Tally[], proxies: number): void {
    this.lending.callBack(this.ledger.hear(tallies, proxies));
  }

  connected(replicas: number): void {
    this.replicas.set(this.series, replicas);
  }
}
