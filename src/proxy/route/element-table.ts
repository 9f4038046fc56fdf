/**
 * What lies below nodes of tries of paths, by path element: open-addressing hash tables in which a request finds the element
 * and what it leads to side by side. Requests for different rules follow each other, so whatever else they read on the way
 * would be one more cache miss each.
 *
 * A table is an array that begins with how far a hash is shifted to be a place. Then four entries a place: the number of the
 * node, the element's key in two integers, and the branch, null where the place is free. The key of an element of at most
 * eight letters is the element itself, seven bits for each letter. That of any other one is a hash, below zero, and its
 * length: it may be another element's too, so that somebody has to look at the text.
 *
 * Many elements are spread over many tables, a power of two of them, so that a change costs a copy of one.
 */
export type ElementTable<B> = readonly (number | B | null)[];
export type ElementTables<B> = readonly ElementTable<B>[];

/** What stands in one place. */
export type Place<B> = readonly [node: number, low: number, high: number, branch: B];

/** Entries of a place. */
const WIDTH = 4;
/** Letters in one integer of a key. */
export const PACKED = 4;
/** The number of the node where all of a table is of one. */
export const SOLE = 0;

const SHORT = /^[\x01-\x7f]{0,8}$/;

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
  for (let at = 1; at < table.length; at += WIDTH) table[at + 3] = null;
  for (const [node, low, high, branch] of places) {
    let at = placeOf(table, hashOf(node, low, high));
    while (table[at + 3] !== null) at = nextPlace(table, at);
    table[at] = node;
    table[at + 1] = low;
    table[at + 2] = high;
    table[at + 3] = branch;
  }
  return table;
}

/** What stands in a table. */
export function placesOf<B>(table: ElementTable<B>): Place<B>[] {
  const places: Place<B>[] = [];
  for (let at = 1; at < table.length; at += WIDTH) {
    if (table[at + 3] !== null) places.push(table.slice(at, at + WIDTH) as unknown as Place<B>);
  }
  return places;
}

/** Whether the key of an element says all of it. */
export function isShort(element: string): boolean {
  return SHORT.test(element);
}

/** Its low bits say which table an element is in, its high bits where in it. */
export function hashOf(node: number, low: number, high: number): number {
  // The high bits of a product depend on all bits of its factors, and its low bits on their low ones only.
  const hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b) ^ Math.imul(node, 0xc2b2ae35);
  return hash ^ (hash >>> 15);
}

/** The index of the first entry of the place where an element is looked for first. */
export function placeOf<B>(table: ElementTable<B>, hash: number): number {
  return 1 + WIDTH * (hash >>> (table[0] as number));
}

/** The index of the first entry of the place behind. */
export function nextPlace<B>(table: ElementTable<B>, at: number): number {
  return at + WIDTH === table.length ? 1 : at + WIDTH;
}

/** The first integer of the key of an element that is not short: `path[start, end)`. */
export function longKey(path: string, start: number, end: number): number {
  // FNV-1a over UTF-16 code units; the keys are the configuration's, so nobody outside can make them collide.
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
  return -1 - (hash >>> 1);
}

/** The key of an element, in two integers. */
export function keyOf(element: string): [number, number] {
  if (!isShort(element)) return [longKey(element, 0, element.length), element.length];
  return [packed(element, 0), packed(element, PACKED)];
}

function packed(element: string, from: number): number {
  let bits = 0;
  for (let i = 0; i < PACKED && from + i < element.length; i++) bits |= element.charCodeAt(from + i) << (7 * i);
  return bits;
}
