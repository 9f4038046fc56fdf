/**
 * What lies below nodes of tries of paths, by path element: open-addressing hash tables in which a request finds the element
 * and what it leads to side by side. Requests for different rules follow each other, so whatever else they read on the way
 * would be one more cache miss each.
 *
 * A table is an array that begins with how far a hash is shifted to be a place. Then three entries a place: the element's key
 * in two integers (element-key.ts), and the branch, null where the place is free.
 *
 * Many elements are spread over many tables, a power of two of them, so that a change costs a copy of one.
 */
import { hashOf } from './element-key.ts';

export type ElementTable<B> = readonly (number | B | null)[];
export type ElementTables<B> = readonly ElementTable<B>[];

/** What stands in one place. */
export type Place<B> = readonly [low: number, high: number, branch: B];

/** Entries of a place. */
const WIDTH = 3;

/** Of a node without children. */
export const NO_ELEMENTS: ElementTables<never> = [tableOf([])];

/** Elements of one table, on average: with twice as many there are twice as many tables. */
const IN_TABLE = 32;

/** Into how many tables so many elements are spread. */
export function tablesFor(elements: number): number {
  return elements <= 2 * IN_TABLE ? 1 : 2 ** Math.ceil(Math.log2(elements / IN_TABLE));
}

/** Of elements that all fall into it; at most three quarters full, so that there is always a free place. */
export function tableOf<B>(places: readonly Place<B>[]): ElementTable<B> {
  const bits = 32 - Math.clz32(Math.ceil((Math.max(1, places.length) * 4) / 3) - 1);
  const table: (number | B | null)[] = new Array(1 + (WIDTH << bits)).fill(0);
  table[0] = 32 - bits;
  for (let at = 1; at < table.length; at += WIDTH) table[at + 2] = null;
  for (const [low, high, branch] of places) {
    let at = placeOf(table, hashOf(low, high));
    while (table[at + 2] !== null) at = nextPlace(table, at);
    table[at] = low;
    table[at + 1] = high;
    table[at + 2] = branch;
  }
  return table;
}

/** What stands in a table. */
export function placesOf<B>(table: ElementTable<B>): Place<B>[] {
  const places: Place<B>[] = [];
  for (let at = 1; at < table.length; at += WIDTH) {
    if (table[at + 2] !== null) places.push(table.slice(at, at + WIDTH) as unknown as Place<B>);
  }
  return places;
}

/** The index of the first entry of the place where an element is looked for first. */
export function placeOf<B>(table: ElementTable<B>, hash: number): number {
  return 1 + WIDTH * (hash >>> (table[0] as number));
}

/** The index of the first entry of the place behind. */
export function nextPlace<B>(table: ElementTable<B>, at: number): number {
  return at + WIDTH === table.length ? 1 : at + WIDTH;
}
