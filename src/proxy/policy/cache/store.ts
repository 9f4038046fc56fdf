import type { Flight } from './flight.ts';
import type { HeaderView } from './freshness.ts';
import type { CacheResult } from './metrics.ts';
import { Passes } from './passes.ts';
import type { StoredResponse } from './stored.ts';

/** Responses of one key, which differ by Vary; more push the oldest out. */
const MOST_VARIANTS = 32;
/** Regions beyond which those that hold nothing are forgotten. */
const MOST_EMPTY_REGIONS = 1_024;

/** What is flushed together. */
export class Region {
  readonly name: string;
  /** Grows with every flush: what was asked for before is not stored after. */
  generation: number;
  readonly entries: Map<string, StoredResponse>;
  /** Requests on their way to a backend that others wait for. */
  readonly flights: Map<string, Flight>;
  readonly passes: Passes;

  constructor(name: string) {
    this.name = name;
    this.generation = 0;
    this.entries = new Map();
    this.flights = new Map();
    this.passes = new Passes();
  }
}

/**
 * The responses that one process keeps, for all policies together, bounded by bytes: what was not used for longest goes
 * first.
 */
export class CacheStore {
  readonly maxBytes: number;
  bytes: number;
  entries: number;
  /** Entries that went to make room. */
  evicted: number;
  readonly results: Record<CacheResult, number>;
  /** Bytes of bodies that are being copied to be stored. */
  private reserved: number;
  private readonly regions: Map<string, Region>;
  private newest: StoredResponse | null;
  private oldest: StoredResponse | null;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
    this.bytes = 0;
    this.entries = 0;
    this.evicted = 0;
    this.results = { hit: 0, stale: 0, revalidated: 0, collapsed: 0, miss: 0, bypass: 0 };
    this.reserved = 0;
    this.regions = new Map();
    this.newest = null;
    this.oldest = null;
  }

  region(name: string): Region {
    let region = this.regions.get(name);
    if (region === undefined) {
      if (this.regions.size >= MOST_EMPTY_REGIONS) this.forgetEmpty();
      region = new Region(name);
      this.regions.set(name, region);
    }
    return region;
  }

  /** The response of that key which a request with these fields may have; null without one. It counts as used. */
  get(region: Region, key: string, request: HeaderView): StoredResponse | null {
    let entry = region.entries.get(key) ?? null;
    while (entry !== null && !entry.fits(request)) entry = entry.sibling;
    if (entry !== null && entry !== this.newest) {
      this.unlink(entry);
      this.link(entry);
    }
    return entry;
  }

  /** Makes room for a copy of a body; false when there is none. To be given back by `free`. */
  reserve(bytes: number): boolean {
    if (this.reserved + bytes > this.maxBytes) return false;
    this.reserved += bytes;
    return true;
  }

  free(bytes: number): void {
    this.reserved -= bytes;
  }

  /** Counts what was added to an entry that is stored. False, and nothing is counted, for one that is not. */
  grow(entry: StoredResponse, bytes: number): boolean {
    if (!entry.isStored || entry.bytes + bytes > this.maxBytes) return false;
    entry.bytes += bytes;
    this.bytes += bytes;
    this.makeRoom();
    return true;
  }

  /** Stores a response in place of one with the same key and variant. False when it is larger than the whole store. */
  set(entry: StoredResponse): boolean {
    if (entry.bytes > this.maxBytes) return false;
    const { region, key } = entry;
    let count = 0;
    for (let other = region.entries.get(key) ?? null; other !== null; ) {
      const next: StoredResponse | null = other.sibling;
      if (isSameVariant(other, entry) || ++count >= MOST_VARIANTS) this.delete(other);
      other = next;
    }
    entry.sibling = region.entries.get(key) ?? null;
    region.entries.set(key, entry);
    entry.isStored = true;
    this.link(entry);
    this.bytes += entry.bytes;
    this.entries++;
    this.makeRoom();
    return true;
  }

  delete(entry: StoredResponse): void {
    if (!entry.isStored) return;
    const { region, key } = entry;
    const first = region.entries.get(key)!;
    if (first !== entry) {
      let before = first;
      while (before.sibling !== entry) before = before.sibling!;
      before.sibling = entry.sibling;
    } else if (entry.sibling === null) region.entries.delete(key);
    else region.entries.set(key, entry.sibling);
    this.forget(entry);
  }

  /** Takes away every response of a key (RFC 9111 section 4.4). */
  invalidate(region: Region, key: string): void {
    const first = region.entries.get(key);
    if (first === undefined) return;
    region.entries.delete(key);
    this.forgetAll(first);
  }

  /** Empties the region of that name, if there is one. */
  flushNamed(name: string): void {
    const region = this.regions.get(name);
    if (region !== undefined) this.flush(region);
  }

  /** Empties a region. */
  flush(region: Region): void {
    region.generation++;
    for (const first of region.entries.values()) this.forgetAll(first);
    region.entries.clear();
  }

  private makeRoom(): void {
    while (this.bytes > this.maxBytes) {
      this.delete(this.oldest!);
      this.evicted++;
    }
  }

  private forgetEmpty(): void {
    for (const [name, { entries, flights }] of this.regions) {
      if (entries.size === 0 && flights.size === 0) this.regions.delete(name);
    }
  }

  private forgetAll(first: StoredResponse): void {
    for (let entry: StoredResponse | null = first; entry !== null; ) {
      const next: StoredResponse | null = entry.sibling;
      this.forget(entry);
      entry = next;
    }
  }

  private forget(entry: StoredResponse): void {
    this.unlink(entry);
    entry.sibling = null;
    entry.isStored = false;
    this.bytes -= entry.bytes;
    this.entries--;
  }

  private link(entry: StoredResponse): void {
    entry.older = this.newest;
    entry.newer = null;
    if (this.newest !== null) this.newest.newer = entry;
    this.newest = entry;
    if (this.oldest === null) this.oldest = entry;
  }

  private unlink(entry: StoredResponse): void {
    if (entry.newer === null) this.newest = entry.older;
    else entry.newer.older = entry.older;
    if (entry.older === null) this.oldest = entry.newer;
    else entry.older.newer = entry.newer;
    entry.newer = null;
    entry.older = null;
  }
}

function isSameVariant(one: StoredResponse, other: StoredResponse): boolean {
  if (one.variant.length !== other.variant.length) return false;
  return one.variant.every(({ name, value }, index) => {
    const against = other.variant[index]!;
    return against.name === name && against.value === value;
  });
}
