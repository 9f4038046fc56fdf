import type { Candidate } from '../route/candidate.ts';
import {
  type ElementTable,
  type ElementTables,
  hashOf,
  NO_ELEMENTS,
  type Place,
  placesOf,
  tableOf,
  tablesFor,
} from '../route/element-table.ts';
import { type Branch, search } from '../route/path-node.ts';
import type { RequestView } from '../route/request-view.ts';

/** The first elements of the prefixes of one host. */
export type Prefixes = ElementTables<Branch>;

export type PrefixChange = { readonly before: Prefixes; readonly after: Prefixes };

/** What is other than before in one table of the index. */
type TableChange = { readonly gone: Set<Branch>; readonly fresh: Place<Branch>[] };

/**
 * The prefixes of many hosts in tables that all share: a request reads one place of them, and not four or five places of tables
 * that its host alone has.
 */
export class PrefixIndex {
  static readonly none = new PrefixIndex(new Map(), NO_ELEMENTS, 0, 1);

  /** By hostname, what tells its elements from those of others. */
  private readonly numbers: ReadonlyMap<string, number>;
  private readonly tables: Prefixes;
  private readonly size: number;
  private readonly nextNumber: number;

  private constructor(numbers: ReadonlyMap<string, number>, tables: Prefixes, size: number, nextNumber: number) {
    this.numbers = numbers;
    this.tables = tables;
    this.size = size;
    this.nextNumber = nextNumber;
  }

  /** The match at the longest prefix of the path, less the empty one, which is not here; null where there is none. */
  find(host: string, view: RequestView): Candidate | null {
    const number = this.numbers.get(host);
    return number === undefined ? null : search(this.tables, number, view.path, 1, view);
  }

  /** The index with these changes, by hostname, which shares with this one the tables that they do not touch. */
  changing(changes: ReadonlyMap<string, PrefixChange>): PrefixIndex {
    const others = [...changes].filter(([, { before, after }]) => before !== after);
    if (others.length === 0) return this;
    const numbers = new Map(this.numbers);
    let { nextNumber, size } = this;
    const gone: Place<Branch>[] = [];
    const fresh: Place<Branch>[] = [];
    for (const [hostname, { before, after }] of others) {
      const number = numbers.get(hostname) ?? nextNumber++;
      if (after === NO_ELEMENTS) numbers.delete(hostname);
      else numbers.set(hostname, number);
      const of = ([, low, high, branch]: Place<Branch>): Place<Branch> => [number, low, high, branch];
      gone.push(...placesWithout(before, after).map(of));
      fresh.push(...placesWithout(after, before).map(of));
    }
    size += fresh.length - gone.length;
    const count = Math.max(this.tables.length, tablesFor(size));
    return new PrefixIndex(numbers, edited(spread(this.tables, count), gone, fresh), size, nextNumber);
  }
}

/** The same places in so many tables. */
function spread(tables: Prefixes, count: number): Prefixes {
  if (tables.length === count) return tables;
  const none: Prefixes = new Array<ElementTable<Branch>>(count).fill(NO_ELEMENTS[0]!);
  return edited(none, [], tables.flatMap(placesOf));
}

function edited(tables: Prefixes, gone: readonly Place<Branch>[], fresh: readonly Place<Branch>[]): Prefixes {
  const changes = new Map<number, TableChange>();
  const changeOf = ([node, low, high]: Place<Branch>) => {
    const number = hashOf(node, low, high) & (tables.length - 1);
    let change = changes.get(number);
    if (change === undefined) {
      change = { gone: new Set(), fresh: [] };
      changes.set(number, change);
    }
    return change;
  };
  for (const place of gone) changeOf(place).gone.add(place[3]);
  for (const place of fresh) changeOf(place).fresh.push(place);
  const result = [...tables];
  for (const [number, change] of changes) {
    const kept = placesOf(tables[number]!).filter(([, , , branch]) => !change.gone.has(branch));
    result[number] = tableOf([...kept, ...change.fresh]);
  }
  return result;
}

/** What stands in tables of a host, less what stands in its others too. */
function placesWithout(tables: Prefixes, other: Prefixes): Place<Branch>[] {
  if (tables.length !== other.length) return tables.flatMap(placesOf);
  return tables.flatMap((table, number) => (table === other[number] ? [] : placesOf(table)));
}
