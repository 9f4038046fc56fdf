import { BucketMap } from '../ir/bucket-map.ts';
import type { Delta, Snapshot } from '../ir/delta.ts';
import type { Entries, EntryChanges } from '../ir/entries.ts';
import { finish, type Steps } from '../ir/steps.ts';
import { COLLECTIONS, type Collection, type RoutingTable } from '../ir/table.ts';
import { mapsOf, type TableMaps, tableOfMaps } from '../ir/table-maps.ts';
import { sameEntry } from './digest.ts';
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
  const result = snapshotOf(finish(changing(current, delta, sameEntry)));
  if (result.revision !== delta.to) {
    throw new DeltaError(
      `the delta of Gateway ${delta.gateway} should lead to revision ${delta.to}, but it leads to ${result.revision}`,
    );
  }
  return result;
}

/**
 * In steps, the table that a delta leads to which `diff` made in this pod: the revision is believed and nothing is hashed,
 * which is most of the work. Throws a DeltaError when `from` is not the current revision.
 */
export function* following(current: Snapshot | null, delta: Delta): Steps<Snapshot> {
  const table = yield* changing(current, delta, Object.is);
  return Object.freeze({ revision: delta.to, table });
}

type Sameness = (a: object, b: object) => boolean;

function* changing(current: Snapshot | null, delta: Delta, isSame: Sameness): Steps<RoutingTable> {
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
    const set = delta.set[collection] ?? NONE;
    const changes = yield* changesTo(before, full, set, delta.remove[collection] ?? [], isSame);
    maps[collection] = yield* before.changing(changes);
  }
  return tableOfMaps(delta.gateway, maps as TableMaps);
}

const NONE: Entries = Object.freeze({});

/** Without those that change nothing. Goes through a Map: a key may have any name, `__proto__` too. */
function* changesTo(
  before: BucketMap,
  full: boolean,
  set: Entries,
  remove: readonly string[],
  isSame: Sameness,
): Steps<EntryChanges> {
  const changes = new Map<string, object | null>();
  if (full) for (const [key] of before.entries()) changes.set(key, null);
  for (const key of remove) if (before.has(key)) changes.set(key, null);
  for (const key of Object.keys(set)) {
    const entry = set[key]!;
    const old = before.get(key);
    if (old === null || !isSame(old, entry)) changes.set(key, entry);
    else changes.delete(key);
    yield;
  }
  return changes;
}
