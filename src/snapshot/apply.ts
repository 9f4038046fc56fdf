import { BucketMap } from '../ir/bucket-map.ts';
import type { Delta, Snapshot } from '../ir/delta.ts';
import type { Entries, EntryChanges } from '../ir/entries.ts';
import { finish, type Steps } from '../ir/steps.ts';
import { COLLECTIONS, type Collection } from '../ir/table.ts';
import { mapsOf, type TableMaps, tableOfMaps } from '../ir/table-maps.ts';
import { sameEntry } from './digest.ts';
import { snapshotting } from './revision.ts';

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
  return finish(applyingDelta(current, delta));
}

/** The same in steps. */
export function* applyingDelta(current: Snapshot | null, delta: Delta): Steps<Snapshot> {
  const full = delta.from === '';
  if (current !== null && current.table.gateway !== delta.gateway) {
    throw new DeltaError(`a delta of Gateway ${delta.gateway} does not fit the table of ${current.table.gateway}`);
  }
  if (!full && current?.revision !== delta.from) {
    const have = current === null ? 'there is no table yet' : `the table is at revision ${current.revision}`;
    throw new DeltaError(`the delta of Gateway ${delta.gateway} starts at revision ${delta.from}, but ${have}`);
  }
  const maps: Partial<Record<Collection, BucketMap>> = {};
  for (const collection of COLLECTIONS) {
    const before = current === null ? BucketMap.none : mapsOf(current.table)[collection];
    const changes = yield* changesTo(before, full, delta.set[collection] ?? NONE, delta.remove[collection] ?? []);
    maps[collection] = yield* before.changing(changes);
  }
  const result = tableOfMaps(delta.gateway, maps as TableMaps);
  return checked(yield* snapshotting(result), delta);
}

function checked(result: Snapshot, delta: Delta): Snapshot {
  if (result.revision !== delta.to) {
    throw new DeltaError(
      `the delta of Gateway ${delta.gateway} should lead to revision ${delta.to}, but it leads to ${result.revision}`,
    );
  }
  return result;
}

const NONE: Entries = Object.freeze({});

/** Without those that change nothing. Goes through a Map: a key may have any name, `__proto__` too. */
function* changesTo(before: BucketMap, full: boolean, set: Entries, remove: readonly string[]): Steps<EntryChanges> {
  const changes = new Map<string, object | null>();
  if (full) for (const [key] of before.entries()) changes.set(key, null);
  for (const key of remove) if (before.has(key)) changes.set(key, null);
  for (const key of Object.keys(set)) {
    const entry = set[key]!;
    const old = before.get(key);
    if (old === null || !sameEntry(old, entry)) changes.set(key, entry);
    else changes.delete(key);
    yield;
  }
  return changes;
}
