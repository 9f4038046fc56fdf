import type { Candidate } from '../route/candidate.ts';
import { type ElementTable, emptyTable, NO_ELEMENTS, nextPlace, placeOf, put, WIDTH } from '../route/element-table.ts';
import { type Branch, PathNode, search } from '../route/path-node.ts';
import type { RequestView } from '../route/request-view.ts';

/** The first elements of the prefixes of one host. */
export type Prefixes = ElementTable<Branch>;
type OpenTable = (number | Branch | null)[];

export type PrefixChange = { readonly before: Prefixes; readonly after: Prefixes };

/** In place of a branch that is gone. No element of a path is a slash. */
const NOWHERE: Branch = new PathNode('/');

/**
 * The prefixes of many hosts in one table: a request reads one place of it, and not four or five places of tables that its host
 * alone has.
 */
export class PrefixIndex {
  static readonly none = new PrefixIndex(new Map(), NO_ELEMENTS, 0, 1);

  /** By hostname, what tells its elements from those of others. */
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly table: Prefixes;
  /** Places that are taken, also by what is gone. */
  private readonly taken: number;
  private readonly nextNumber: number;

  private constructor(numbers: ReadonlyMap<string, number>, table: Prefixes, taken: number, nextNumber: number) {
    this.numbers = numbers;
    this.table = table;
    this.taken = taken;
    this.nextNumber = nextNumber;
  }

  /** The match at the longest prefix of the path, less the empty one, which is not here; null where there is none. */
  find(host: string, view: RequestView): Candidate | null {
    const number = this.numbers.get(host);
    return number === undefined ? null : search(this.table, number, view.path, 1, view);
  }

  /** An index of its own with these changes, by hostname. */
  changing(changes: ReadonlyMap<string, PrefixChange>): PrefixIndex {
    const numbers = new Map(this.numbers);
    let { nextNumber } = this;
    const fresh: [number, Prefixes, number][] = [];
    const table = this.table.slice();
    for (const [hostname, { before, after }] of changes) {
      const number = numbers.get(hostname) ?? nextNumber++;
      if (after === NO_ELEMENTS) numbers.delete(hostname);
      else numbers.set(hostname, number);
      for (const at of placesWithout(before, after)) remove(table, number, before, at);
      for (const at of placesWithout(after, before)) fresh.push([number, after, at]);
    }
    const isFull = (this.taken + fresh.length) * WIDTH * 4 > table.length * 3;
    const open = isFull ? withRoom(table, fresh.length) : table;
    let taken = isFull ? places(open).length : this.taken;
    for (const [number, from, at] of fresh) taken += add(open, number, from, at);
    return new PrefixIndex(numbers, open, taken, nextNumber);
  }
}

/** What is left of a table, in one that takes `more` and then a quarter as much again before it is full. */
function withRoom(table: Prefixes, more: number): OpenTable {
  const left = places(table).filter((at) => table[at + 3] !== NOWHERE);
  const roomy = emptyTable<Branch>(Math.ceil((left.length + more) * 1.25));
  for (const at of left) {
    const [number, low, high, branch] = table.slice(at, at + WIDTH) as [number, number, number, Branch];
    put(roomy, number, low, high, branch);
  }
  return roomy;
}

/** Puts an element of a host's table into the index. Returns how many places it took that nobody had. */
function add(table: OpenTable, number: number, from: Prefixes, which: number): number {
  const [low, high, branch] = from.slice(which + 1, which + WIDTH) as [number, number, Branch];
  for (let at = placeOf(table, number, low, high); table[at + 3] !== null; at = nextPlace(table, at)) {
    // What had the same key, such as the node that this one is in place of.
    if (table[at + 3] !== NOWHERE || table[at] !== number || table[at + 1] !== low || table[at + 2] !== high) continue;
    table[at + 3] = branch;
    return 0;
  }
  put(table, number, low, high, branch);
  return 1;
}

/** Leaves the place of an element to nobody: what had to give way to it is still found behind it. */
function remove(table: OpenTable, number: number, from: Prefixes, which: number): void {
  const [low, high, branch] = from.slice(which + 1, which + WIDTH) as [number, number, Branch];
  let at = placeOf(table, number, low, high);
  while (table[at] !== number || table[at + 3] !== branch) at = nextPlace(table, at);
  table[at + 3] = NOWHERE;
}

/** Where the places begin that are taken. */
function places(table: Prefixes): number[] {
  const taken: number[] = [];
  for (let at = 1; at < table.length; at += WIDTH) if (table[at + 3] !== null) taken.push(at);
  return taken;
}

/** Where the places begin whose branches the other table does not have. */
function placesWithout(table: Prefixes, other: Prefixes): number[] {
  const known = new Set(places(other).map((at) => other[at + 3]));
  return places(table).filter((at) => !known.has(table[at + 3]!));
}
