/**
 * Revisions: the hash of a table's canonical content. Two tables with equal content have the same revision, whoever made
 * them and in whatever order, so that any controller replica may answer any proxy.
 */
import { createHash } from 'node:crypto';
import type { Snapshot } from '../ir/delta.ts';
import { COLLECTIONS, type RoutingTable } from '../ir/table.ts';

/**
 * Entries and whole collections are immutable, so their hashes are remembered by identity: a table of 5,000 rules of
 * which one is new costs one entry hash and one pass over the keys.
 */
const hashes = new WeakMap<object, string>();

/** The table with its revision: sha256 in hex. The table must never be changed afterwards. */
export function snapshotOf(table: RoutingTable): Snapshot {
  const hash = createHash('sha256').update(`${table.gateway}\n`);
  for (const collection of COLLECTIONS) hash.update(`${collection} ${collectionHash(table[collection])}\n`);
  return Object.freeze({ revision: hash.digest('hex'), table });
}

/** sha256 in hex of one entry's canonical content. */
export function entryHash(entry: object): string {
  let known = hashes.get(entry);
  if (known === undefined) {
    known = createHash('sha256').update(canonical(entry)).digest('hex');
    hashes.set(entry, known);
  }
  return known;
}

function collectionHash(entries: Readonly<Record<string, object>>): string {
  let known = hashes.get(entries);
  if (known === undefined) {
    const hash = createHash('sha256');
    for (const key of Object.keys(entries).sort()) hash.update(`${JSON.stringify(key)} ${entryHash(entries[key]!)}\n`);
    known = hash.digest('hex');
    hashes.set(entries, known);
  }
  return known;
}

/**
 * JSON with the members of every object sorted by name (UTF-16 order) and without spaces. Members that are undefined are
 * left out, as JSON.stringify does: what has gone over the wire has the same hash.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members: string[] = [];
    for (const name of Object.keys(value).sort()) {
      const member = (value as Record<string, unknown>)[name];
      if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonical(member)}`);
    }
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
