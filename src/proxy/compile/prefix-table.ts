/**
 * The first elements of prefixes of many hosts: an open-addressing hash table in which a request finds, side by side, the
 * element of its host and all that it needs of the match there. Requests for different rules follow each other, so
 * whatever else they read on the way would be one more cache miss each.
 *
 * A table is an array that begins with the number of its places, a power of two, less one. Then seven entries a place; one without a branch is free.
 */
import { Candidate } from '../route/candidate.ts';
import type { ElementKey } from '../route/element-key.ts';
import { type Branch, isFor } from '../route/path-node.ts';
import type { RequestView } from '../route/request-view.ts';
import type { TextKey } from '../route/text-key.ts';
import type { CompiledRule, MatchTaker, RulePlan } from './compiled.ts';
import type { HostNumbers } from './host-numbers.ts';

type Entry = number | Branch | RulePlan | CompiledRule | null;

export type PrefixTable = readonly Entry[];

/** What stands in one place: an element of a host, by the host's number, and where it leads. `hash` is that of both. */
export type HostPlace = {
  readonly host: number;
  readonly hash: number;
  readonly low: number;
  readonly high: number;
  readonly branch: Branch;
};

// The entries of a place. They are not imported from elsewhere: V8 would look up what they are for every request.
const HOST = 0;
/** Of host and element together. */
const HASH = 1;
/** The key of the element. */
const LOW = 2;
const HIGH = 3;
const BRANCH = 4;
/** Those of the match that the branch is, where all requests are matched that get there, and nothing more is done to them; null otherwise. */
const PLAN = 5;
const RULE = 6;
const WIDTH = 7;

/**
 * Tells the match at the longest prefix of the view's path whose first element is that of `element`, of the host whose name
 * `hosts` and `key` tell. False when there is none.
 */
export function lead(
  table: PrefixTable,
  hosts: HostNumbers,
  key: TextKey,
  element: ElementKey,
  hash: number,
  view: RequestView,
  taker: MatchTaker,
): boolean {
  const { high, low } = element;
  for (let at = placeFor(table, hash); ; at = placeBehind(table, at)) {
    const branch = table[at + BRANCH] as Branch | null;
    if (branch === null) return false;
    if (table[at + LOW] !== low || table[at + HIGH] !== high) continue;
    if (!hosts.isOf(table[at + HOST] as number, view.host, key)) continue;
    const plan = table[at + PLAN] as RulePlan | null;
    if (plan !== null) {
      taker.take(branch as Candidate, plan, table[at + RULE] as CompiledRule, false);
      return true;
    }
    const { path } = view;
    if (!isFor(branch, low, path, 1)) continue;
    const found = branch.search(path, element.end + 1, view);
    if (found === null) return false;
    taker.take(found, found.plan, found.rule, found.isGuarded);
    return true;
  }
}

/** With these; at most half full: a request seldom has to look at a second place. */
export function tableOf(places: readonly HostPlace[]): PrefixTable {
  const bits = 32 - Math.clz32(2 * Math.max(1, places.length) - 1);
  const table: Entry[] = new Array(1 + (WIDTH << bits)).fill(null);
  table[0] = (1 << bits) - 1;
  for (const place of places) put(table, place);
  return table;
}

/** What stands in a table. */
export function placesOf(table: PrefixTable): HostPlace[] {
  const places: HostPlace[] = [];
  for (let at = 1; at < table.length; at += WIDTH) if (table[at + BRANCH] !== null) places.push(placeAt(table, at));
  return places;
}

function placeAt(table: PrefixTable, at: number): HostPlace {
  return {
    host: table[at + HOST] as number,
    hash: table[at + HASH] as number,
    low: table[at + LOW] as number,
    high: table[at + HIGH] as number,
    branch: table[at + BRANCH] as Branch,
  };
}

/** A table that loses more than one in so many places is made anew: to take one away moves what stands behind. */
const MANY = 16;

/** A table with others than this one. `gone` stand in it, `fresh` do not. */
export function edited(table: PrefixTable, gone: readonly HostPlace[], fresh: readonly HostPlace[]): PrefixTable {
  if (gone.length * MANY > placesIn(table)) {
    const left = new Set(gone.map(({ branch }) => branch));
    return tableOf([...placesOf(table).filter(({ branch }) => !left.has(branch)), ...fresh]);
  }
  const copy = [...table];
  for (const place of gone) take(copy, place);
  if ((takenIn(copy) + fresh.length) * 2 > placesIn(copy)) return tableOf([...placesOf(copy), ...fresh]);
  for (const place of fresh) put(copy, place);
  return copy;
}

/** The index of the place where something of that hash is looked for first. */
function placeFor(table: PrefixTable, hash: number): number {
  return 1 + WIDTH * ((hash >>> 16) & (table[0] as number));
}

/** The index of the place behind. */
function placeBehind(table: PrefixTable, at: number): number {
  return at + WIDTH === table.length ? 1 : at + WIDTH;
}

function placesIn(table: PrefixTable): number {
  return (table[0] as number) + 1;
}

function takenIn(table: PrefixTable): number {
  let taken = 0;
  for (let at = 1; at < table.length; at += WIDTH) if (table[at + BRANCH] !== null) taken++;
  return taken;
}

function put(table: Entry[], { branch, hash, high, host, low }: HostPlace): void {
  let at = placeFor(table, hash);
  while (table[at + BRANCH] !== null) at = placeBehind(table, at);
  const always = branch instanceof Candidate && !branch.isGuarded ? branch : null;
  table[at + HOST] = host;
  table[at + HASH] = hash;
  table[at + LOW] = low;
  table[at + HIGH] = high;
  table[at + BRANCH] = branch;
  table[at + PLAN] = always === null ? null : always.plan;
  table[at + RULE] = always === null ? null : always.rule;
}

function take(table: Entry[], { branch, hash }: HostPlace): void {
  let at = placeFor(table, hash);
  while (table[at + BRANCH] !== branch) at = placeBehind(table, at);
  free(table, at);
  // What stands behind may be there only because this place was taken.
  for (let next = placeBehind(table, at); table[next + BRANCH] !== null; next = placeBehind(table, next)) {
    const moved = placeAt(table, next);
    free(table, next);
    put(table, moved);
  }
}

function free(table: Entry[], at: number): void {
  table.fill(null, at, at + WIDTH);
}
