import { hashOfText } from './text-key.ts';

/** A free place has no key. */
type Entry<T> = string | T | null;

/** Entries of a place: a key, and its value. */
const WIDTH = 2;

/**
 * Texts of the configuration to values, for texts that come with requests (text-key.ts says why not a `Map`): an
 * open-addressing hash table. Keys are in no order.
 */
export class TextMap<T> {
  size: number;
  /** At most three quarters full, so that there is always a free place. */
  private table: Entry<T>[];

  constructor() {
    this.size = 0;
    this.table = emptyTable(1);
  }

  get(key: string): T | undefined {
    const { table } = this;
    const at = placeOf(table, key);
    return table[at] === null ? undefined : (table[at + 1] as T);
  }

  set(key: string, value: T): void {
    const at = placeOf(this.table, key);
    if (this.table[at] === null) this.size++;
    this.table[at] = key;
    this.table[at + 1] = value;
    if (this.size * 4 > this.places * 3) this.grow();
  }

  delete(key: string): void {
    const { table } = this;
    let at = placeOf(table, key);
    if (table[at] === null) return;
    this.size--;
    table.fill(null, at, at + WIDTH);
    // What stands behind may be there only because this place was taken.
    for (at = placeBehind(table, at); table[at] !== null; at = placeBehind(table, at)) {
      const [other, value] = table.slice(at, at + WIDTH);
      table.fill(null, at, at + WIDTH);
      const place = placeOf(table, other as string);
      table[place] = other!;
      table[place + 1] = value!;
    }
  }

  /** A map of its own with the same values. */
  copy(): TextMap<T> {
    const copy = new TextMap<T>();
    copy.size = this.size;
    copy.table = [...this.table];
    return copy;
  }

  entries(): [string, T][] {
    const entries: [string, T][] = [];
    for (let at = 0; at < this.table.length; at += WIDTH) {
      const key = this.table[at] as string | null;
      if (key !== null) entries.push([key, this.table[at + 1] as T]);
    }
    return entries;
  }

  private get places(): number {
    return this.table.length / WIDTH;
  }

  private grow(): void {
    const entries = this.entries();
    this.table = emptyTable(this.places * 2);
    for (const [key, value] of entries) {
      const at = placeOf(this.table, key);
      this.table[at] = key;
      this.table[at + 1] = value;
    }
  }
}

/** A power of two. */
function emptyTable<T>(places: number): Entry<T>[] {
  return new Array<Entry<T>>(places * WIDTH).fill(null);
}

/** Where a key is; where it would be, which is a free place, when it is not there. */
function placeOf<T>(table: readonly Entry<T>[], key: string): number {
  // A hash is shifted rather than multiplied by the width: the lowest bit of an index tells key from value.
  let at = (hashOfText(key) << 1) & (table.length - 1);
  while (table[at] !== null && table[at] !== key) at = placeBehind(table, at);
  return at;
}

function placeBehind<T>(table: readonly Entry<T>[], at: number): number {
  return (at + WIDTH) & (table.length - 1);
}
