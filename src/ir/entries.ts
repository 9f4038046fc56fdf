import { finish, type Steps } from './steps.ts';

/** The entries of one collection, whichever it is. Immutable: a change makes a new record. */
export type Entries = Readonly<Record<string, object>>;

/** Entries by key; null takes an entry away. */
export type EntryChanges = ReadonlyMap<string, object | null>;

/**
 * A frozen copy of `entries` with the changes made. It costs one pass over the keys (about a millisecond for 5,000): the
 * entries themselves are shared. New keys come in their place when the keys of `entries` are in order; the order means
 * nothing, but whoever reads or prints a table finds it the same whatever way it came about.
 */
export function withChanges(entries: Entries, changes: EntryChanges): Entries {
  return finish(makingChanges(entries, changes));
}

/** The same in steps. */
export function* makingChanges(entries: Entries, changes: EntryChanges): Steps<Entries> {
  const fresh: string[] = [];
  for (const [key, entry] of changes) if (entry !== null && !Object.hasOwn(entries, key)) fresh.push(key);
  fresh.sort(compareKeys);
  const copy: Record<string, object> = {};
  let next = 0;
  for (const key in entries) {
    while (next < fresh.length && compareKeys(fresh[next]!, key) < 0)
      put(copy, fresh[next]!, changes.get(fresh[next++]!)!);
    put(copy, key, changes.get(key) ?? entries[key]!);
    yield;
  }
  while (next < fresh.length) put(copy, fresh[next]!, changes.get(fresh[next++]!)!);
  for (const [key, entry] of changes) if (entry === null) delete copy[key];
  yield;
  return Object.freeze(copy);
}

/** The entry of a key, or null. */
export function entryOf(entries: Entries, key: string): object | null {
  return Object.hasOwn(entries, key) ? entries[key]! : null;
}

/** By path: what is below `shop/cart` comes before `shop/cart-2`, and rule 2 before rule 10. */
export function compareKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === shorter) return a.length - b.length;
  const one = a.charCodeAt(at);
  const other = b.charCodeAt(at);
  if (one === SLASH || other === SLASH) return one === SLASH ? -1 : 1;
  if (isNumber(a, at) && isNumber(b, at) && a.length !== b.length) return a.length - b.length;
  return one - other;
}

const SLASH = 0x2f;

/** Whether there are nothing but digits from `at` on. */
function isNumber(key: string, at: number): boolean {
  for (let index = at; index < key.length; index++) {
    const code = key.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/** A key may have any name, `__proto__` too. */
function put(entries: Record<string, object>, key: string, entry: object): void {
  if (key === '__proto__') {
    Object.defineProperty(entries, key, { value: entry, enumerable: true, configurable: true, writable: true });
  } else {
    entries[key] = entry;
  }
}
