/**
 * Hashes of collections in two levels: keys are spread over buckets, each bucket has a hash, and the hash of all of those
 * is the collection's. One changed entry costs the hash of its bucket and not of the collection, and two collections that
 * share most buckets are compared bucket by bucket. From scratch or step by step, equal content has an equal digest.
 */
import { hash } from 'node:crypto';
import type { Entries } from '../ir/entries.ts';
import type { Steps } from '../ir/steps.ts';

/** Part of what a revision is: controllers and proxies must agree on it. */
const BUCKETS = 256;

type Bucket = {
  /** Sorted; never empty. */
  readonly keys: readonly string[];
  readonly hash: string;
};

export type Digest = {
  /** By number, without those that are empty. Shared between collections, and never changed. */
  readonly buckets: ReadonlyMap<number, Bucket>;
  readonly hash: string;
};

/** Entries and collections are immutable, so what was hashed once is remembered by identity. */
const entryHashes = new WeakMap<object, string>();
const digests = new WeakMap<Entries, Digest>();

/** sha256 in hex of one entry's canonical content. */
export function entryHash(entry: object): string {
  let known = entryHashes.get(entry);
  if (known === undefined) {
    known = hash('sha256', canonical(entry));
    entryHashes.set(entry, known);
  }
  return known;
}

/** Equal content; the same object is the cheap and usual case. */
export function sameEntry(a: object, b: object): boolean {
  return a === b || entryHash(a) === entryHash(b);
}

export function digestOf(entries: Entries): Digest {
  const known = digests.get(entries);
  if (known !== undefined) return known;
  const keysOf = new Map<number, string[]>();
  for (const key of Object.keys(entries)) {
    const number = bucketOf(key);
    const keys = keysOf.get(number);
    if (keys === undefined) keysOf.set(number, [key]);
    else keys.push(key);
  }
  const buckets = new Map<number, Bucket>();
  for (const [number, keys] of keysOf) buckets.set(number, bucket(keys.sort(), entries));
  return remember(entries, buckets);
}

/**
 * In steps: the digest of `after`, which differs from `before` in nothing but the entries of `keys`. As dear as `digestOf` when
 * that of `before` is not known.
 */
export function* digestingAfter(before: Entries, after: Entries, keys: Iterable<string>): Steps<Digest> {
  const known = digests.get(after);
  if (known !== undefined) return known;
  const base = digests.get(before);
  if (base === undefined) return digestOf(after);
  const touched = new Map<number, Set<string>>();
  for (const key of keys) {
    const number = bucketOf(key);
    let members = touched.get(number);
    if (members === undefined) {
      members = new Set(base.buckets.get(number)?.keys);
      touched.set(number, members);
    }
    if (Object.hasOwn(after, key)) members.add(key);
    else members.delete(key);
    yield;
  }
  const buckets = new Map(base.buckets);
  for (const [number, members] of touched) {
    if (members.size === 0) buckets.delete(number);
    else buckets.set(number, bucket([...members].sort(), after));
    yield;
  }
  return remember(after, buckets);
}

/** Keys whose entry is in only one of the two or differs in content, sorted. */
export function differingKeys(a: Entries, b: Entries): string[] {
  if (a === b) return [];
  const one = digestOf(a);
  const other = digestOf(b);
  if (one.hash === other.hash) return [];
  const found: string[] = [];
  for (let number = 0; number < BUCKETS; number++) {
    const ofA = one.buckets.get(number);
    const ofB = other.buckets.get(number);
    if (ofA === ofB || ofA?.hash === ofB?.hash) continue;
    for (const key of ofA?.keys ?? []) if (!Object.hasOwn(b, key) || !sameEntry(a[key]!, b[key]!)) found.push(key);
    for (const key of ofB?.keys ?? []) if (!Object.hasOwn(a, key)) found.push(key);
  }
  return found.sort();
}

/**
 * JSON with the members of every object sorted by name (UTF-16 order) and without spaces. Members that are undefined are
 * left out, as JSON.stringify does: what has gone over the wire has the same hash.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const members: string[] = [];
    for (const name of Object.keys(value).sort()) {
      const member = (value as Record<string, unknown>)[name];
      if (member !== undefined) members.push(`${JSON.stringify(name)}:${canonical(member)}`);
    }
    return `{${members.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** FNV-1a. Whoever makes many keys fall into one bucket gains nothing but a slower hash. */
function bucketOf(key: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) value = Math.imul(value ^ key.charCodeAt(index), 0x01000193);
  return ((value >>> 24) ^ (value >>> 8)) & (BUCKETS - 1);
}

function bucket(keys: readonly string[], entries: Entries): Bucket {
  let text = '';
  for (const key of keys) text += `${JSON.stringify(key)} ${entryHash(entries[key]!)}\n`;
  return { keys, hash: hash('sha256', text) };
}

function remember(entries: Entries, buckets: ReadonlyMap<number, Bucket>): Digest {
  let text = '';
  for (let number = 0; number < BUCKETS; number++) {
    const found = buckets.get(number);
    if (found !== undefined) text += `${number} ${found.hash}\n`;
  }
  const digest = { buckets, hash: hash('sha256', text) };
  digests.set(entries, digest);
  return digest;
}
