import type { Snapshot, TableChange } from '../ir/delta.ts';
import type { EndpointSet } from '../ir/table.ts';
import { snapshotOf } from '../snapshot/revision.ts';
import type { SnapshotServer } from '../snapshot/server.ts';
import type { Pin } from './pin/pin.ts';
import { pinnedTable } from './pin/pinned-table.ts';

export type PublisherOptions = {
  readonly snapshots: Pick<SnapshotServer, 'publish' | 'forget'>;
  /** The pins in force. */
  readonly pins: () => readonly Pin[];
  /** The endpoints that a backend has now, whether a route leads to it or not. */
  readonly endpointsOf: (backend: string) => EndpointSet;
};

type Pinned = { readonly pin: Pin; readonly snapshot: Snapshot };

/**
 * Gives changed tables to the proxies: what the cluster's objects say, or, for a Gateway that was rolled back, its pinned
 * table. A table that could not be given stays here until it could, or a newer one comes.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #changes = new Map<string, TableChange>();
  /** By Gateway. */
  readonly #configured = new Map<string, Snapshot>();
  readonly #pinned = new Map<string, Pinned>();
  #stale = false;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  add(change: TableChange): void {
    this.#changes.set(change.table.gateway, change);
  }

  forget(gateway: string): void {
    this.#changes.delete(gateway);
    this.#configured.delete(gateway);
    this.#pinned.delete(gateway);
    this.#options.snapshots.forget(gateway);
  }

  /** Endpoints may be others now, of whatever backend. */
  endpointsChanged(): void {
    this.#stale = true;
  }

  /** What the cluster's objects say, whatever is served; null for a Gateway that has no table. */
  configured(gateway: string): Snapshot | null {
    return this.#configured.get(gateway) ?? null;
  }

  /** The pin that its proxies serve, or null. */
  pin(gateway: string): Pin | null {
    return this.#pinned.get(gateway)?.pin ?? null;
  }

  /**
   * One table that cannot be published costs no other its own.
   * @throws the first error, after all others are published.
   */
  publish(): void {
    const errors: unknown[] = [];
    const attempt = (work: () => void) => {
      try {
        work();
      } catch (error) {
        errors.push(error);
      }
    };
    const pins = new Map(this.#options.pins().map((pin) => [pin.gateway, pin]));
    for (const [gateway, change] of this.#changes) attempt(() => this.#take(gateway, change, pins.has(gateway)));
    for (const gateway of this.#pinned.keys()) if (!pins.has(gateway)) attempt(() => this.#release(gateway));
    for (const pin of pins.values()) attempt(() => this.#pin(pin));
    this.#stale = errors.length > 0;
    if (errors.length > 0) throw errors[0];
  }

  #take(gateway: string, change: TableChange, pinned: boolean): void {
    const snapshot = snapshotOf(change.table);
    this.#configured.set(gateway, snapshot);
    if (pinned) this.#stale = true;
    else this.#options.snapshots.publish(snapshot);
    this.#changes.delete(gateway);
  }

  #release(gateway: string): void {
    this.#options.snapshots.publish(this.#configured.get(gateway)!);
    this.#pinned.delete(gateway);
  }

  #pin(pin: Pin): void {
    const live = this.#configured.get(pin.gateway);
    const known = this.#pinned.get(pin.gateway);
    if (live === undefined || (known?.pin === pin && !this.#stale)) return;
    const before = known?.pin === pin ? known.snapshot : null;
    const table = pinnedTable(pin.table, live.table, this.#options.endpointsOf, before?.table ?? null);
    const snapshot = snapshotOf(table);
    if (snapshot.revision !== before?.revision) this.#options.snapshots.publish(snapshot);
    this.#pinned.set(pin.gateway, { pin, snapshot });
  }
}
