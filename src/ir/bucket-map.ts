import { compareKeys, type Entries, put } from './entries.ts';
import { finish, type Steps } from './steps.ts';

/** Part of what a revision is: controllers and proxies must agree on it. */
export const BUCKETS = 256;

/** Those entries whose keys fall into one bucket. Immutable, and shared between maps. */
export type Bucket<T extends object = object> = ReadonlyMap<string, T>;

const EMPTY: Bucket = new Map<string, object>();

/**
 * Entries by key, spread over buckets: a map with a few entries changed shares all other buckets with the one before, so
 * that the change costs what it is and not what the map is. Immutable.
 */
export class BucketMap<T extends object = object> {
  /** Without entries. */
  static readonly none: BucketMap = new BucketMap(new Array<Bucket>(BUCKETS).fill(EMPTY), 0);
  /** BUCKETS long. */
  readonly buckets: readonly Bucket<T>[];
  /** Of each bucket, once somebody has hashed it (snapshot/digest.ts): a map that shares the bucket knows its hash. */
  readonly hashes: (string | null)[];
  readonly size: number;
  /** The same entries as a record, once somebody has asked for it. */
  #record: Readonly<Record<string, T>> | null;

  private constructor(
    buckets: readonly Bucket<T>[],
    size: number,
    record: Readonly<Record<string, T>> | null = null,
    hashes: (string | null)[] = new Array<string | null>(BUCKETS).fill(null),
  ) {
    this.buckets = buckets;
    this.hashes = hashes;
    this.size = size;
    this.#record = record;
  }

  /** Of a record that nobody will change; it is made once for each. */
  static of(record: Entries): BucketMap {
    const known = maps.get(record);
    if (known !== undefined) return known;
    const buckets = new Array<Map<string, object>>(BUCKETS);
    let size = 0;
    for (const key of Object.keys(record)) {
      const number = bucketOf(key);
      buckets[number] ??= new Map();
      buckets[number].set(key, record[key]!);
      size++;
    }
    const all = Array.from(buckets, (bucket) => bucket ?? EMPTY);
    const map = new BucketMap(all, size, record);
    maps.set(record, map);
    return map;
  }

  get(key: string): T | null {
    return this.buckets[bucketOf(key)]!.get(key) ?? null;
  }

  has(key: string): boolean {
    return this.buckets[bucketOf(key)]!.has(key);
  }

  /** In no order. */
  *entries(): Generator<[string, T]> {
    for (const bucket of this.buckets) yield* bucket;
  }

  *values(): Generator<T> {
    for (const bucket of this.buckets) yield* bucket.values();
  }

  /** Entries by key; null takes an entry away. */
  with(changes: ReadonlyMap<string, T | null>): BucketMap<T> {
    return finish(this.changing(changes));
  }

  /** The same in steps. */
  *changing(changes: ReadonlyMap<string, T | null>): Steps<BucketMap<T>> {
    if (changes.size === 0) return this;
    const buckets = [...this.buckets];
    const hashes = [...this.hashes];
    const copied = new Set<number>();
    let { size } = this;
    for (const [key, entry] of changes) {
      const number = bucketOf(key);
      if (!copied.has(number)) {
        copied.add(number);
        buckets[number] = new Map(buckets[number]);
        hashes[number] = null;
        yield;
      }
      const bucket = buckets[number] as Map<string, T>;
      const before = bucket.size;
      if (entry === null) bucket.delete(key);
      else bucket.set(key, entry);
      size += bucket.size - before;
    }
    return new BucketMap(buckets, size, null, hashes);
  }

  /** As a frozen record, in the order of the keys unless it was made from one that has another. It costs a pass over all of them. */
  get record(): Readonly<Record<string, T>> {
    if (this.#record === null) {
      const record: Record<string, T> = {};
      const sorted = [...this.entries()].sort(([a], [b]) => compareKeys(a, b));
      for (const [key, entry] of sorted) put(record, key, entry);
      this.#record = Object.freeze(record);
      maps.set(record, this);
    }
    return this.#record;
  }
}

const maps = new WeakMap<Entries, BucketMap>();

/** Keys whose entries are not the same object in both, or are in only one of them. */
export function changedKeys(before: BucketMap, after: BucketMap): string[] {
  return finish(changingKeys(before, after));
}

/** The same in steps. */
export function* changingKeys(before: BucketMap, after: BucketMap): Steps<string[]> {
  const keys: string[] = [];
  if (before === after) return keys;
  for (let number = 0; number < BUCKETS; number++) {
    const one = before.buckets[number]!;
    const other = after.buckets[number]!;
    if (one === other) continue;
    for (const [key, entry] of one) if (other.get(key) !== entry) keys.push(key);
    for (const key of other.keys()) if (!one.has(key)) keys.push(key);
    yield;
  }
  return keys;
}

/** FNV-1a. Whoever makes many keys fall into one bucket gains nothing but a slower map. */
function bucketOf(key: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) value = Math.imul(value ^ key.charCodeAt(index), 0x01000193);
  return ((value >>> 24) ^ (value >>> 8)) & (BUCKETS - 1);
}
