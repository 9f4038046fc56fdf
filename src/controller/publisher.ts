import type { TableChange } from '../ir/delta.ts';
import { snapshotOf } from '../snapshot/revision.ts';
import type { SnapshotServer } from '../snapshot/server.ts';

/** Gives changed tables to the proxies. A table that could not be given stays here until it could, or a newer one comes. */
export class Publisher {
  readonly #snapshots: Pick<SnapshotServer, 'publish' | 'forget'>;
  readonly #changes = new Map<string, TableChange>();

  constructor(snapshots: Pick<SnapshotServer, 'publish' | 'forget'>) {
    this.#snapshots = snapshots;
  }

  add(change: TableChange): void {
    this.#changes.set(change.table.gateway, change);
  }

  forget(gateway: string): void {
    this.#changes.delete(gateway);
    this.#snapshots.forget(gateway);
  }

  /**
   * One table that cannot be published costs no other its own.
   * @throws the first error, after all others are published.
   */
  publish(): void {
    const errors: unknown[] = [];
    for (const [gateway, change] of this.#changes) {
      try {
        this.#snapshots.publish(snapshotOf(change.table, change));
        this.#changes.delete(gateway);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
