/** Brings routing tables to the proxies, one Gateway after the other, and knows how far each one is. */
import type { Progress } from '../../controller/programmed.ts';
import type { Snapshot } from '../../ir/delta.ts';
import type { RoutingTable } from '../../ir/table.ts';
import { snapshotOf } from '../../snapshot/revision.ts';
import { socketsOf, type Where, whyTaken } from './ports.ts';

/** The part of the Supervisor that publishing needs. */
export interface Proxies {
  /** Resolves when all workers serve the snapshot; rejects with the reason otherwise, and they serve what they did before. */
  apply(snapshot: Snapshot): Promise<void>;
  /** Stops serving a Gateway (`namespace/name`). */
  remove(gateway: string): Promise<void>;
}

export class Publisher {
  readonly #proxies: Proxies;
  readonly #where: Where;
  readonly #progress = new Map<string, Progress>();
  readonly #served = new Map<string, Snapshot>();

  constructor(proxies: Proxies, where: Where) {
    this.#proxies = proxies;
    this.#where = where;
  }

  /** Resolves with what went wrong, by Gateway. Must not be called again before that. */
  async publish(tables: readonly RoutingTable[]): Promise<Map<string, string>> {
    const wanted = new Set(tables.map((table) => table.gateway));
    for (const gateway of [...this.#progress.keys()]) {
      if (wanted.has(gateway)) continue;
      this.#progress.delete(gateway);
      if (this.#served.delete(gateway)) await this.#proxies.remove(gateway);
    }
    const failures = new Map<string, string>();
    for (const table of this.#inOrder(tables)) {
      const reason = await this.#publishOne(snapshotOf(table));
      if (reason !== '') failures.set(table.gateway, reason);
    }
    return failures;
  }

  /** Null for a Gateway that was never published. */
  progressOf(gateway: string): Progress | null {
    return this.#progress.get(gateway) ?? null;
  }

  /** What the proxies serve, by Gateway. */
  get served(): readonly Snapshot[] {
    return [...this.#served.values()].sort((a, b) => (a.table.gateway < b.table.gateway ? -1 : 1));
  }

  /** A Gateway that gives up a port goes before one that may want it. */
  #inOrder(tables: readonly RoutingTable[]): RoutingTable[] {
    const releases = (table: RoutingTable): boolean => {
      const before = this.#served.get(table.gateway);
      if (before === undefined) return false;
      const after = socketsOf(table, this.#where);
      return [...socketsOf(before.table, this.#where)].some((socket) => !after.has(socket));
    };
    const first = tables.filter(releases);
    return [...first, ...tables.filter((table) => !first.includes(table))];
  }

  async #publishOne(snapshot: Snapshot): Promise<string> {
    const { table: desired, revision } = snapshot;
    const before = this.#served.get(desired.gateway);
    const refused = before?.revision === revision ? '' : await this.#replace(before, snapshot);
    const served = refused === '' ? desired : (before?.table ?? null);
    this.#progress.set(desired.gateway, { desired, acknowledged: [served], refused });
    return refused;
  }

  async #replace(before: Snapshot | undefined, snapshot: Snapshot): Promise<string> {
    const { table: desired } = snapshot;
    this.#progress.set(desired.gateway, { desired, acknowledged: [before?.table ?? null], refused: '' });
    const reason = await this.#apply(snapshot);
    if (reason === '') this.#served.set(desired.gateway, snapshot);
    return reason;
  }

  async #apply(snapshot: Snapshot): Promise<string> {
    const open = new Set([...this.#served.values()].flatMap(({ table }) => [...socketsOf(table, this.#where)]));
    for (const socket of socketsOf(snapshot.table, this.#where)) {
      if (open.has(socket)) continue;
      const reason = await whyTaken(socket);
      if (reason !== '') return reason;
    }
    try {
      await this.#proxies.apply(snapshot);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  }
}
