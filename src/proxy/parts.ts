import type { Delta } from '../ir/delta.ts';
import { COLLECTIONS, type Collection } from '../ir/table.ts';
import type { Entries } from './worker-message.ts';

/** Entries in one message: a worker reads them in a fraction of a millisecond. */
const PART = 32;

export type Part = { readonly collection: Collection; readonly entries: Entries };

/** A delta as messages none of which takes long to read: entries that go ahead of it, and what is left. */
export function inParts(delta: Delta): { readonly parts: readonly Part[]; readonly rest: Delta } {
  const parts: Part[] = [];
  const rest: Record<string, Entries> = {};
  for (const collection of COLLECTIONS) {
    const entries = Object.entries(delta.set[collection] ?? {});
    if (entries.length === 0) continue;
    if (entries.length <= PART) rest[collection] = Object.fromEntries(entries);
    else {
      for (let at = 0; at < entries.length; at += PART) {
        parts.push({ collection, entries: Object.fromEntries(entries.slice(at, at + PART)) });
      }
    }
  }
  return { parts, rest: { ...delta, set: rest as Delta['set'] } };
}
