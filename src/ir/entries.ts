/** The entries of one collection, whichever it is. Immutable: a change makes a new record. */
export type Entries = Readonly<Record<string, object>>;

/** Entries by key; null takes an entry away. */
export type EntryChanges = ReadonlyMap<string, object | null>;

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
export function put<T extends object>(entries: Record<string, T>, key: string, entry: T): void {
  if (key === '__proto__') {
    Object.defineProperty(entries, key, { value: entry, enumerable: true, configurable: true, writable: true });
  } else {
    entries[key] = entry;
  }
}
