import type { Delta, Snapshot } from '../ir/delta.ts';
import { COLLECTIONS } from '../ir/table.ts';
import { entryHash } from './revision.ts';

/** The entries of one collection, whichever it is. */
export type Entries = Readonly<Record<string, object>>;

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
    const before: Entries = from === null ? {} : from.table[collection];
    const after: Entries = to.table[collection];
    if (before === after) continue;
    const changed = Object.keys(after)
      .filter((key) => !Object.hasOwn(before, key) || !sameEntry(before[key]!, after[key]!))
      .sort();
    const gone = Object.keys(before)
      .filter((key) => !Object.hasOwn(after, key))
      .sort();
    if (changed.length > 0) set[collection] = Object.fromEntries(changed.map((key) => [key, after[key]!]));
    if (gone.length > 0) remove[collection] = gone;
  }
  return {
    gateway: to.table.gateway,
    from: from === null ? '' : from.revision,
    to: to.revision,
    set: set as Delta['set'],
    remove: remove as Delta['remove'],
  };
}

/** Equal content; the same object is the cheap and usual case. */
export function sameEntry(a: object, b: object): boolean {
  return a === b || entryHash(a) === entryHash(b);
}
