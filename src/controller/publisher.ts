/**
 * Which table each Gateway's proxies are to have: what the cluster's objects say, or, for a Gateway that somebody rolled
 * back, its pinned table. What was not published because something threw is published at the next call.
 */
import type { Snapshot, TableChange } from '../ir/delta.ts';
import type { EndpointSet, RoutingTable } from '../ir/table.ts';
import { snapshotOf } from '../snapshot/revision.ts';
import type { SnapshotServer } from '../snapshot/server.ts';
import type { Pin } from './pin/pin.ts';
import { pinnedTable } from './pin/pinned-table.ts';

/** What the publisher needs of the snapshot server. */
export type Proxies = Pick<SnapshotServer, 'publish' | 'newest' | 'forget'>;

export type PublisherOptions = {
  readonly proxies: Proxies;
  /** The pin of a Gateway (`namespace/name`), or null. */
  readonly pinOf: (gateway: string) => Pin | null;
  /** The endpoints that a backend has now, whether a route leads to it or not. */
  readonly endpointsOf: (backend: string) => EndpointSet;
};

type Pinned = { readonly pin: Pin; readonly world: object; readonly snapshot: Snapshot };

export class Publisher {
  readonly #options: PublisherOptions;
  /** By Gateway. */
  readonly #configured = new Map<string, Snapshot>();
  readonly #pinned = new Map<string, Pinned>();

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /**
   * @param tables of all Gateways, as the cluster's objects say.
   * @param changes how they differ from those of the last call, as far as that is known.
   * @param world another object whenever anything was read that tables are made of.
   */
  publish(tables: readonly RoutingTable[], changes: readonly TableChange[], world: object): void {
    const changeOf = new Map(changes.map((change) => [change.table, change]));
    const present = new Set<string>();
    for (const table of tables) {
      present.add(table.gateway);
      this.#configure(table, changeOf.get(table) ?? null);
      const pin = this.#options.pinOf(table.gateway);
      if (pin === null) this.#pinned.delete(table.gateway);
      else this.#pin(pin, table, world);
      this.#give(this.wanted(table.gateway)!);
    }
    for (const gateway of this.#configured.keys()) if (!present.has(gateway)) this.#forget(gateway);
  }

  /** What the cluster's objects say, whatever is served; null for a Gateway that is not ours. */
  configured(gateway: string): Snapshot | null {
    return this.#configured.get(gateway) ?? null;
  }

  /** What is published. */
  wanted(gateway: string): Snapshot | null {
    return this.#pinned.get(gateway)?.snapshot ?? this.configured(gateway);
  }

  /** The pin that is in force. */
  pin(gateway: string): Pin | null {
    return this.#pinned.get(gateway)?.pin ?? null;
  }

  #configure(table: RoutingTable, change: TableChange | null): void {
    const known = this.#configured.get(table.gateway);
    if (known?.table !== table) this.#configured.set(table.gateway, snapshotOf(table, change));
  }

  #pin(pin: Pin, live: RoutingTable, world: object): void {
    const known = this.#pinned.get(live.gateway);
    if (known?.pin === pin && known.world === world) return;
    const before = known?.pin === pin ? known.snapshot.table : null;
    const table = pinnedTable(pin.table, live, this.#options.endpointsOf, before);
    this.#pinned.set(live.gateway, { pin, world, snapshot: snapshotOf(table) });
  }

  #give(snapshot: Snapshot): void {
    const { proxies } = this.#options;
    if (proxies.newest(snapshot.table.gateway)?.revision !== snapshot.revision) proxies.publish(snapshot);
  }

  #forget(gateway: string): void {
    this.#configured.delete(gateway);
    this.#pinned.delete(gateway);
    this.#options.proxies.forget(gateway);
  }
}
