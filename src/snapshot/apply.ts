import type { Delta, Snapshot } from '../ir/delta.ts';
import { COLLECTIONS, type RoutingTable } from '../ir/table.ts';
import { type Entries, sameEntry } from './diff.ts';
import { snapshotOf } from './revision.ts';

/** A delta that does not fit the table it was sent for. The table stays as it was; the sender must send a full one. */
export class DeltaError extends Error {
  override readonly name = 'DeltaError';
}

/**
 * The table that `delta` leads to. A full delta (`from` is `''`) fits any table of its Gateway, and none.
 *
 * Entries whose content did not change keep their identity, also when a full table is applied over an older one, so that
 * whoever compiled the older one can reuse the parts. Throws a DeltaError when `from` is not the current revision or the
 * result's revision is not `to`.
 */
export function applyDelta(current: Snapshot | null, delta: Delta): Snapshot {
  const full = delta.from === '';
  if (current !== null && current.table.gateway !== delta.gateway) {
    throw new DeltaError(`a delta of Gateway ${delta.gateway} does not fit the table of ${current.table.gateway}`);
  }
  if (!full && current?.revision !== delta.from) {
    const have = current === null ? 'there is no table yet' : `the table is at revision ${current.revision}`;
    throw new DeltaError(`the delta of Gateway ${delta.gateway} starts at revision ${delta.from}, but ${have}`);
  }
  const table: Record<string, unknown> = { gateway: delta.gateway };
  for (const collection of COLLECTIONS) {
    const before: Entries = current === null ? {} : current.table[collection];
    table[collection] = merge(before, full, delta.set[collection] ?? {}, delta.remove[collection] ?? []);
  }
  const result = snapshotOf(Object.freeze(table) as RoutingTable);
  if (result.revision !== delta.to) {
    throw new DeltaError(
      `the delta of Gateway ${delta.gateway} should lead to revision ${delta.to}, but it leads to ${result.revision}`,
    );
  }
  return result;
}

/** `before` itself when nothing changes. Goes through a Map: a key may have any name, `__proto__` too. */
function merge(before: Entries, full: boolean, set: Entries, remove: readonly string[]): Entries {
  const changes = Object.entries(set);
  if (!full && changes.length === 0 && remove.length === 0) return before;
  const entries = new Map<string, object>(full ? [] : Object.entries(before));
  for (const key of remove) entries.delete(key);
  for (const [key, entry] of changes) {
    const old = Object.hasOwn(before, key) ? before[key]! : null;
    entries.set(key, old !== null && sameEntry(old, entry) ? old : entry);
  }
  return Object.freeze(Object.fromEntries(entries));
}
