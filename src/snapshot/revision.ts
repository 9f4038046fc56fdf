/**
 * Revisions: the hash of a table's canonical content. Two tables with equal content have the same revision, whoever made
 * them and in whatever order, so that any controller replica may answer any proxy.
 */
import { hash } from 'node:crypto';
import type { Snapshot, TableChange } from '../ir/delta.ts';
import { finish, type Steps } from '../ir/steps.ts';
import { COLLECTIONS, type RoutingTable } from '../ir/table.ts';
import { digestingAfter, digestOf } from './digest.ts';

/**
 * The table with its revision: sha256 in hex. The table must never be changed afterwards.
 *
 * Entries and collections that were hashed before cost nothing. With `change`, how the table came from one that was, a
 * collection costs no more than its changed entries.
 */
export function snapshotOf(table: RoutingTable, change: TableChange | null = null): Snapshot {
  return finish(snapshotting(table, change));
}

/** The same in steps. */
export function* snapshotting(table: RoutingTable, change: TableChange | null): Steps<Snapshot> {
  let text = `${table.gateway}\n`;
  for (const collection of COLLECTIONS) {
    const before = change?.table === table ? change.before : null;
    const digest =
      before === null
        ? digestOf(table[collection])
        : yield* digestingAfter(before[collection], table[collection], change?.keys[collection] ?? []);
    text += `${collection} ${digest.hash}\n`;
  }
  return Object.freeze({ revision: hash('sha256', text), table });
}
