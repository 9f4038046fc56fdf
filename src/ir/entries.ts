/** The entries of one collection, whichever it is. Immutable: a change makes a new record. */
export type Entries = Readonly<Record<string, object>>;

/** Entries by key; null takes an entry away. */
export type EntryChanges = ReadonlyMap<string, object | null>;

/**
 * By path, segment by segment: what is below `shop/cart` comes before `shop/cart-2`. Numbers come before names, and by their
 * value: rule 2 before rule 10.
 */
export function compareKeys(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  if (at === a.length && at === b.length) return 0;
  const start = at === 0 ? 0 : a.lastIndexOf('/', at - 1) + 1;
  const endOfA = segmentEnd(a, at);
  const endOfB = segmentEnd(b, at);
  const isNumberA = isNumber(a, start, endOfA);
  if (isNumberA !== isNumber(b, start, endOfB)) return isNumberA ? -1 : 1;
  if (isNumberA && endOfA !== endOfB) return endOfA - endOfB;
  if (at === endOfA && at === endOfB) return at === a.length ? -1 : 1;
  if (at === endOfA || at === endOfB) return at === endOfA ? -1 : 1;
  return a.charCodeAt(at) - b.charCodeAt(at);
}

function segmentEnd(key: string, from: number): number {
  const slash = key.indexOf('/', from);
  return slash === -1 ? key.length : slash;
}

/** Digits without a zero before them. */
function isNumber(key: string, start: number, end: number): boolean {
  if (start === end || (key.charCodeAt(start) === ZERO && end - start > 1)) return false;
  for (let index = start; index < end; index++) {
    const code = key.charCodeAt(index);
    if (code < ZERO || code > ZERO + 9) return false;
  }
  return true;
}

const ZERO = 0x30;

/** A key may have any name, `__proto__` too. */
export function put<T extends object>(entries: Record<string, T>, key: string, entry: T): void {
  if (key === '__proto__') {
    Object.defineProperty(entries, key, { value: entry, enumerable: true, configurable: true, writable: true });
  } else {
    entries[key] = entry;
  }
}
