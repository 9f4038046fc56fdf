/**
 * Hashes of collections in two levels: keys are spread over buckets, each bucket has a hash, and the hash of all of those
 * is the collection's. One changed entry costs the hash of its bucket and not of the collection, and two collections that
 * share most buckets are compared bucket by bucket. From scratch or step by step, equal content has an equal digest.
 */
import { hash } from 'node:crypto';
import { BUCKETS, type Bucket, type BucketMap } from '../ir/bucket-map.ts';
import type { Steps } from '../ir/steps.ts';

/** Entries and maps are immutable, so what was hashed once is remembered by identity, and the hash of a bucket beside it. */
const entryHashes = new WeakMap<object, string>();
const digests = new WeakMap<BucketMap, string>();

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

/** In steps: the hash of a collection, in hex. */
export function* digesting(entries: BucketMap): Steps<string> {
  const known = digests.get(entries);
  if (known !== undefined) return known;
  let text = '';
  for (let number = 0; number < BUCKETS; number++) {
    const bucket = entries.buckets[number]!;
    if (bucket.size === 0) continue;
    if (entries.hashes[number] === null) yield* hashing(bucket);
    text += `${number} ${bucketHash(entries, number)}\n`;
  }
  const digest = hash('sha256', text);
  digests.set(entries, digest);
  return digest;
}

/** Keys whose entry is in only one of the two or differs in content, sorted. */
export function differingKeys(a: BucketMap, b: BucketMap): string[] {
  const found: string[] = [];
  if (a === b) return found;
  for (let number = 0; number < BUCKETS; number++) {
    const ofA = a.buckets[number]!;
    const ofB = b.buckets[number]!;
    if (ofA === ofB || bucketHash(a, number) === bucketHash(b, number)) continue;
    for (const [key, entry] of ofA) {
      const other = ofB.get(key);
      if (other === undefined || !sameEntry(entry, other)) found.push(key);
    }
    for (const key of ofB.keys()) if (!ofA.has(key)) found.push(key);
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

/** The hashes of the entries first, which is where the time goes. */
function* hashing(bucket: Bucket): Steps<void> {
  for (const entry of bucket.values()) {
    if (entryHashes.has(entry)) continue;
    entryHash(entry);
    yield;
  }
}

function bucketHash({ buckets, hashes }: BucketMap, number: number): string {
  const known = hashes[number]!;
  if (known !== null) return known;
  const bucket = buckets[number]!;
  let text = '';
  for (const key of [...bucket.keys()].sort()) text += `${JSON.stringify(key)} ${entryHash(bucket.get(key)!)}\n`;
  const made = hash('sha256', text);
  hashes[number] = made;
  return made;
}
