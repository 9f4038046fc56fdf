/**
 * Tables whose collections are kept as maps in buckets, and are records only for whoever reads them as such. So a step from one
 * table to the next, and the comparison of two tables, cost what differs.
 */
import { BucketMap } from './bucket-map.ts';
import { COLLECTIONS, type Collection, type RoutingTable } from './table.ts';

export type TableMaps = Readonly<Record<Collection, BucketMap>>;

const known = new WeakMap<RoutingTable, TableMaps>();

/** The table of a Gateway (`namespace/name`) with these entries. */
export function tableOfMaps(gateway: string, maps: TableMaps): RoutingTable {
  const table = { gateway };
  for (const collection of COLLECTIONS) {
    Object.defineProperty(table, collection, { enumerable: true, get: () => maps[collection].record });
  }
  known.set(table as RoutingTable, maps);
  return Object.freeze(table) as RoutingTable;
}

/** The entries of any table. */
export function mapsOf(table: RoutingTable): TableMaps {
  const maps = known.get(table);
  if (maps !== undefined) return maps;
  const made = Object.fromEntries(COLLECTIONS.map((name) => [name, BucketMap.of(table[name])])) as TableMaps;
  known.set(table, made);
  return made;
}
