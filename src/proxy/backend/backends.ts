import type { RoutingTable } from '../../ir/table.ts';
import type { ProxyLimits } from '../options.ts';
import type { TimerWheel } from '../timer-wheel.ts';
import type { ReadPool } from '../wire.ts';
import { Backend } from './backend.ts';
import type { PoolCounts, PoolShared } from './endpoint-pool.ts';

/** The backends of all tables that a proxy serves. */
export class Backends {
  readonly counts: PoolCounts;
  private readonly shared: PoolShared;
  /** By Gateway, then by key. */
  private readonly tables: Map<string, Map<string, Backend>>;

  constructor(limits: ProxyLimits, wheel: TimerWheel, reads: ReadPool, bug: (error: unknown) => void) {
    this.counts = { connects: 0, connectFailures: 0, reuses: 0, open: 0, waiting: 0 };
    this.shared = { limits, wheel, reads, counts: this.counts, bug };
    this.tables = new Map();
  }

  /** The backends of a table by key. Backends of the Gateway's earlier table are taken over with their connections. */
  prepare(table: RoutingTable): Map<string, Backend> {
    const before = this.tables.get(table.gateway);
    const backends = new Map<string, Backend>();
    for (const key in table.backends) {
      const entry = table.backends[key]!;
      const backend = before?.get(key) ?? new Backend(key, entry);
      backend.secure(entry, table.certificates);
      backend.update(table.endpoints[key], this.shared);
      backends.set(key, backend);
    }
    return backends;
  }

  /** The table of these backends is served now: those of the Gateway's earlier table that are not among them go. */
  commit(gateway: string, backends: Map<string, Backend>): void {
    const before = this.tables.get(gateway);
    this.tables.set(gateway, backends);
    if (before === undefined) return;
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
