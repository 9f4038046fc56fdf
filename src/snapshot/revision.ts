/**
 * Revisions: the hash of a table's canonical content. Two tables with equal content have the same revision, whoever made
 * them and in whatever order, so that any controller replica may answer any proxy.
 */
import { hash } from 'node:crypto';
import type { Snapshot } from '../ir/delta.ts';
import { finish, type Steps } from '../ir/steps.ts';
import { COLLECTIONS, type RoutingTable } from '../ir/table.ts';
import { mapsOf } from '../ir/table-maps.ts';
import { digesting } from './digest.ts';

/**
 * The table with its revision: sha256 in hex. The table must never be changed afterwards. What was hashed before, as part of
 * whatever table, costs nothing.
 */
export function snapshotOf(table: RoutingTable): Snapshot {
  return finish(snapshotting(table));
}

/** The same in steps. */
export function* snapshotting(table: RoutingTable): Steps<Snapshot> {
  const maps = mapsOf(table);
  let text = `${table.gateway}\n`;
  for (const collection of COLLECTIONS) text += `${collection} ${yield* digesting(maps[collection])}\n`;
  return Object.freeze({ revision: hash('sha256', text), table });
}
