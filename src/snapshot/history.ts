import { BUCKETS } from '../ir/bucket-map.ts';
import type { Snapshot } from '../ir/delta.ts';
import { COLLECTIONS, type Collection } from '../ir/table.ts';
import { mapsOf } from '../ir/table-maps.ts';
import { differingKeys } from './diff.ts';

/** Keys that were set or removed, by collection; collections that did not change are missing. */
export type ChangedKeys = Readonly<Partial<Record<Collection, readonly string[]>>>;

/** A revision that was published, and when. */
export type PublishedSnapshot = {
  readonly snapshot: Snapshot;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What is not as it was in the revision that was published before; null for the first. */
  readonly changed: ChangedKeys | null;
};

export type HistoryLimits = {
  /** Revisions in which more than endpoints changed. */
  readonly configurations: number;
  /** Revisions in which only endpoints changed: they come and go much faster, and must not drive out the others. */
  readonly endpoints: number;
  /** Bytes that are kept for no other reason than this history, roughly. */
  readonly bytes: number;
};

const HISTORY_LIMITS: HistoryLimits = { configurations: 100, endpoints: 100, bytes: 32 << 20 };

/** What one key costs a bucket that had to be copied because another key changed. */
const KEY_BYTES = 32;
/** The lists of buckets and of their hashes, which are copied too. */
const COLLECTION_BYTES = BUCKETS * 16;

type Kept = PublishedSnapshot & { readonly bytes: number };

/**
 * The last revisions of one Gateway's table, newest last. Entries that did not change are shared between revisions, so that
 * a hundred of them cost little more than one.
 */
export class History {
  readonly #limits: HistoryLimits;
  readonly #now: () => number;
  #published: Kept[] = [];

  constructor(limits: HistoryLimits = HISTORY_LIMITS, now: () => number = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  /** A revision that comes back (a change and its reversal) moves to the end. */
  add(snapshot: Snapshot): void {
    const before = this.#published.at(-1);
    if (before?.snapshot.revision === snapshot.revision) return;
    const changed = before === undefined ? null : changedKeys(before.snapshot, snapshot);
    const bytes = changed === null ? 0 : bytesOf(snapshot, changed);
    const others = this.#published.filter((one) => one.snapshot.revision !== snapshot.revision);
    others.push({ snapshot, at: this.#now(), changed, bytes });
    this.#published = this.#bounded(others);
  }

  get(revision: string): Snapshot | null {
    return this.#published.find((one) => one.snapshot.revision === revision)?.snapshot ?? null;
  }

  list(): readonly PublishedSnapshot[] {
    return this.#published;
  }

  /** The newest stays, whatever it costs. */
  #bounded(published: Kept[]): Kept[] {
    const { configurations, endpoints, bytes } = this.#limits;
    let kept = dropOldest(published, isEndpointsOnly, endpoints);
    kept = dropOldest(kept, (one) => !isEndpointsOnly(one), configurations);
    let total = kept.reduce((sum, one) => sum + one.bytes, 0);
    for (const disposable of [isEndpointsOnly, () => true]) {
      while (total > bytes) {
        const oldest = kept.findIndex((one, index) => index < kept.length - 1 && disposable(one));
        if (oldest === -1) break;
        total -= kept[oldest]!.bytes;
        kept.splice(oldest, 1);
      }
    }
    return kept;
  }
}

/** Whether nothing but endpoints came or went with a revision. */
export function isEndpointsOnly({ changed }: PublishedSnapshot): boolean {
  return changed !== null && Object.keys(changed).every((collection) => collection === 'endpoints');
}

export function changedKeys(before: Snapshot, after: Snapshot): ChangedKeys {
  const changed: Partial<Record<Collection, readonly string[]>> = {};
  for (const collection of COLLECTIONS) {
    const keys = differingKeys(mapsOf(before.table)[collection], mapsOf(after.table)[collection]);
    if (keys.length > 0) changed[collection] = keys;
  }
  return changed;
}

function bytesOf({ table }: Snapshot, changed: ChangedKeys): number {
  let bytes = 0;
  for (const [collection, keys] of Object.entries(changed) as [Collection, readonly string[]][]) {
    const entries = mapsOf(table)[collection];
    bytes += COLLECTION_BYTES + (keys.length * entries.size * KEY_BYTES) / BUCKETS;
    for (const key of keys) bytes += JSON.stringify(entries.get(key) ?? '').length;
  }
  return bytes;
}

function dropOldest(published: Kept[], of: (one: Kept) => boolean, limit: number): Kept[] {
  let excess = published.filter(of).length - limit;
  if (excess <= 0) return published;
  return published.filter((one, index) => {
    if (excess === 0 || !of(one) || index === published.length - 1) return true;
    excess -= 1;
    return false;
  });
}
