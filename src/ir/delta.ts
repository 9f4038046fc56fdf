import type { Collection, RoutingTable } from './table.ts';

/** A table with the hash of its canonical content (snapshot/revision.ts). Equal content has an equal revision. */
export type Snapshot = {
  readonly revision: string;
  readonly table: RoutingTable;
};

type Entry = RoutingTable[Collection][string];

/**
 * The way from one revision to another. Applying it to `from` gives exactly `to`; whoever applies it checks that.
 * `from` is `''` for a full table, whose `set` holds every entry.
 */
export type Delta = {
  readonly gateway: string;
  readonly from: string;
  readonly to: string;
  readonly set: Readonly<Partial<Record<Collection, Readonly<Record<string, Entry>>>>>;
  readonly remove: Readonly<Partial<Record<Collection, readonly string[]>>>;
};

/** Which entries of a Gateway's table are not what they were in the one before, so that nobody need compare all of them. */
export type TableChange = {
  readonly table: RoutingTable;
  /** Keys that were set or removed. A collection that is missing here is as it was. */
  readonly keys: Readonly<Partial<Record<Collection, readonly string[]>>>;
};
