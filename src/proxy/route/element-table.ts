/**
 * What lies below nodes of tries of paths, by path element: an open-addressing hash table in one array, in which a request
 * finds the element and what it leads to side by side. Requests for different rules follow each other, so whatever else they
 * read on the way would be one more cache miss each.
 *
 * The array begins with how far a hash is shifted to be a place. Then four entries a place: the number of the node, the
 * element's key in two integers, and the branch, null where the place is free. The key of an element of at most eight letters
 * is the element itself, seven bits for each letter. That of any other one is a hash, below zero, and its length: it may be
 * another element's too, so that somebody has to look at the text.
 */
export type ElementTable<B> = readonly (number | B | null)[];

/** Entries of a place. */
export const WIDTH = 4;
/** Letters in one integer of a key. */
export const PACKED = 4;
/** The number of the node where all of a table is of one. */
export const SOLE = 0;

const SHORT = /^[\x01-\x7f]{0,8}$/;

/** Of a node without children. */
export const NO_ELEMENTS: ElementTable<never> = emptyTable(0);

/** Of a node with these children, by element. */
export function elementTable<T, B>(children: ReadonlyMap<string, T>, branchOf: (child: T) => B): ElementTable<B> {
  if (children.size === 0) return NO_ELEMENTS;
  const table = emptyTable<B>(children.size);
  for (const [element, child] of children) {
    const [low, high] = keyOf(element);
    put(table, SOLE, low, high, branchOf(child));
  }
  return table;
}

/** A table with room for so many elements: at most three quarters full, so that there is always a free place. */
export function emptyTable<B>(elements: number): (number | B | null)[] {
  const bits = 32 - Math.clz32(Math.ceil((Math.max(1, elements) * 4) / 3) - 1);
  const table: (number | B | null)[] = new Array(1 + (WIDTH << bits)).fill(0);
  table[0] = 32 - bits;
  for (let at = 1; at < table.length; at += WIDTH) table[at + 3] = null;
  return table;
}

/** Takes the first free place for an element that the table does not have. */
export function put<B>(table: (number | B | null)[], node: number, low: number, high: number, branch: B): void {
  let at = placeOf(table, node, low, high);
  while (table[at + 3] !== null) at = nextPlace(table, at);
  table[at] = node;
  table[at + 1] = low;
  table[at + 2] = high;
  table[at + 3] = branch;
}

/** Whether the key of an element says all of it. */
export function isShort(element: string): boolean {
  return SHORT.test(element);
}

/** The index of the first entry of the place where an element is looked for first. */
export function placeOf<B>(table: ElementTable<B>, node: number, low: number, high: number): number {
  // The high bits of a product depend on all bits of its factors.
  const hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b) ^ Math.imul(node, 0xc2b2ae35);
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

function keyOf(element: string): [number, number] {
  if (!isShort(element)) return [longKey(element, 0, element.length), element.length];
  return [packed(element, 0), packed(element, PACKED)];
}

function packed(element: string, from: number): number {
  let bits = 0;
  for (let i = 0; i < PACKED && from + i < element.length; i++) bits |= element.charCodeAt(from + i) << (7 * i);
  return bits;
}
