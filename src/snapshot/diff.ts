import { BucketMap } from '../ir/bucket-map.ts';
import type { Delta, Snapshot } from '../ir/delta.ts';
import type { Entries } from '../ir/entries.ts';
import { COLLECTIONS } from '../ir/table.ts';
import { mapsOf } from '../ir/table-maps.ts';
import { differingKeys } from './digest.ts';

export { differingKeys, sameEntry } from './digest.ts';

/**
 * What turns `from` into `to`; with `from` null, the full table. An entry that is a new object with equal content is not
 * part of the delta. Throws when the two are tables of different Gateways.
 */
export function diff(from: Snapshot | null, to: Snapshot): Delta {
  if (from !== null && from.table.gateway !== to.table.gateway) {
    throw new Error(`no delta leads from the table of Gateway ${from.table.gateway} to that of ${to.table.gateway}`);
  }
  const set: Record<string, Entries> = {};
  const remove: Record<string, readonly string[]> = {};
  for (const collection of COLLECTIONS) {
    const after = mapsOf(to.table)[collection];
    const before = from === null ? BucketMap.none : mapsOf(from.table)[collection];
    const keys = differingKeys(before, after);
    const changed = keys.filter((key) => after.has(key));
    if (changed.length > 0) set[collection] = Object.fromEntries(changed.map((key) => [key, after.get(key)!]));
    if (changed.length < keys.length) remove[collection] = keys.filter((key) => !after.has(key));
  }
  return {
    gateway: to.table.gateway,
    from: from === null ? '' : from.revision,
    to: to.revision,
    set: set as Delta['set'],
    remove: remove as Delta['remove'],
  };
}
