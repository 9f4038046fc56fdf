import { hashOf, keyOf } from './element-key.ts';
import { type ElementTables, type Place, tableOf, tablesFor } from './element-table.ts';

/** Where an element of something leads in a table for requests. */
type BranchOf<T, B> = (value: T) => B;

/**
 * What a node has for each path element below it, and the tables in which requests find where they lead. Immutable: with one
 * element changed it shares all tables but one.
 */
export class Elements<T, B> {
  readonly tables: ElementTables<B>;
  readonly size: number;
  /** As many as there are tables: the same elements with all that is known of them. */
  private readonly parts: readonly ReadonlyMap<string, T>[];
  private readonly branchOf: BranchOf<T, B>;

  private constructor(
    parts: readonly ReadonlyMap<string, T>[],
    tables: ElementTables<B>,
    size: number,
    branchOf: BranchOf<T, B>,
  ) {
    this.tables = tables;
    this.size = size;
    this.parts = parts;
    this.branchOf = branchOf;
  }

  static of<T, B>(entries: ReadonlyMap<string, T>, branchOf: BranchOf<T, B>): Elements<T, B> {
    const count = tablesFor(entries.size);
    const parts = Array.from({ length: count }, () => new Map<string, T>());
    for (const [element, value] of entries) parts[numberOf(element, count)]!.set(element, value);
    const tables = parts.map((part) => tableFor(part, branchOf));
    return new Elements(parts, tables, entries.size, branchOf);
  }

  get(element: string): T | undefined {
    return this.parts[numberOf(element, this.parts.length)]!.get(element);
  }

  /** With another value for the element; null takes it away. */
  with(element: string, value: T | null): Elements<T, B> {
    const number = numberOf(element, this.parts.length);
    const before = this.parts[number]!;
    const part = new Map(before);
    if (value === null) part.delete(element);
    else part.set(element, value);
    const size = this.size - before.size + part.size;
    const parts = this.parts.with(number, part);
    if (tablesFor(size) > parts.length) return Elements.of(new Map(parts.flatMap((one) => [...one])), this.branchOf);
    return new Elements(parts, this.tables.with(number, tableFor(part, this.branchOf)), size, this.branchOf);
  }
}

/** Of `count` parts the one that an element falls into. */
function numberOf(element: string, count: number): number {
  const [low, high] = keyOf(element);
  return hashOf(low, high) & (count - 1);
}

function tableFor<T, B>(part: ReadonlyMap<string, T>, branchOf: BranchOf<T, B>) {
  return tableOf(Array.from(part, ([element, value]): Place<B> => [...keyOf(element), branchOf(value)]));
}
