import { BucketMap, changedKeys } from '../../ir/bucket-map.ts';
import type { EndpointSet, Backend as Entry, RoutingTable } from '../../ir/table.ts';
import { mapsOf, type TableMaps } from '../../ir/table-maps.ts';
import type { ProxyLimits } from '../options.ts';
import type { TimerWheel } from '../timer-wheel.ts';
import type { ReadPool } from '../wire.ts';
import { Backend } from './backend.ts';
import { Departures } from './departures.ts';
import { noPoolCounts, type PoolCounts, type PoolShared } from './endpoint-pool.ts';

/** The backends of all tables that a proxy serves. */
export class Backends {
  readonly counts: PoolCounts;
  readonly departures: Departures;
  private readonly shared: PoolShared;
  /** Of which table each of the maps below is. */
  private readonly origins: WeakMap<ReadonlyMap<string, Backend>, TableMaps>;
  /** By Gateway, then by key. */
  private readonly tables: Map<string, Map<string, Backend>>;
  /** Those with a policy that wait until their table is served. */
  private prepared: Backend[];

  constructor(limits: ProxyLimits, wheel: TimerWheel, reads: ReadPool, bug: (error: unknown) => void) {
    this.counts = noPoolCounts();
    this.departures = new Departures();
    this.shared = { limits, wheel, reads, counts: this.counts, departures: this.departures, bug };
    this.origins = new WeakMap();
    this.tables = new Map();
    this.prepared = [];
  }

  /** The backends of a table by key. Backends of the Gateway's earlier table are taken over with their connections. */
  prepare(table: RoutingTable): Map<string, Backend> {
    this.prepared = [];
    const maps = mapsOf(table);
    const known = this.tables.get(table.gateway);
    const before = known === undefined ? null : this.origins.get(known)!;
    const changed = changedBackends(before, maps);
    const others = changed.some((key) => known === undefined || known.has(key) !== maps.backends.has(key));
    const backends = known === undefined || others ? new Map(known) : known;
    for (const key of changed) {
      const entry = maps.backends.get(key) as Entry | null;
      if (entry === null) {
        backends.delete(key);
        continue;
      }
      const backend = known?.get(key) ?? new Backend(key, entry);
      const { entry: earlier } = backend;
      backend.secure(entry, table.certificates);
      backend.govern(earlier, this.shared);
      backend.update((maps.endpoints.get(key) as EndpointSet | null) ?? undefined, this.shared);
      if (backend.traffic !== null) this.prepared.push(backend);
      backends.set(key, backend);
    }
    this.origins.set(backends, maps);
    return backends;
  }

  /** The table of these backends is served now: those of the Gateway's earlier table that are not among them go. */
  commit(gateway: string, backends: Map<string, Backend>): void {
    const before = this.tables.get(gateway);
    this.tables.set(gateway, backends);
    for (const backend of this.prepared) backend.serve();
    this.prepared = [];
    if (before === undefined || before === backends) return;
    for (const [key, backend] of before) if (!backends.has(key)) backend.retire();
  }

  /** A backend of the table that is served of a Gateway; null: it has none of that key. */
  of(gateway: string, key: string): Backend | null {
    return this.tables.get(gateway)?.get(key) ?? null;
  }

  remove(gateway: string): void {
    const backends = this.tables.get(gateway);
    this.tables.delete(gateway);
    if (backends !== undefined) for (const backend of backends.values()) backend.retire();
  }

  close(): void {
    for (const gateway of [...this.tables.keys()]) this.remove(gateway);
  }
}

/** Keys of backends of which anything is other than before. */
function changedBackends(before: TableMaps | null, after: TableMaps): readonly string[] {
  if (before === null) return changedKeys(BucketMap.none, after.backends);
  const keys = new Set(changedKeys(before.backends, after.backends));
  for (const key of changedKeys(before.endpoints, after.endpoints)) keys.add(key);
  // Which backend a certificate is shown to is not looked for: certificates change seldom.
  if (before.certificates !== after.certificates) for (const [key] of after.backends.entries()) keys.add(key);
  return [...keys];
}
