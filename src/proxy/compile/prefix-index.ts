import type { Steps } from '../../ir/steps.ts';
import { ElementKey, hashOf } from '../route/element-key.ts';
import { type ElementTables, NO_ELEMENTS, type Place, placesOf as placesOfHost } from '../route/element-table.ts';
import type { Branch } from '../route/path-node.ts';
import type { RequestView } from '../route/request-view.ts';
import { hashOfText, TextKey } from '../route/text-key.ts';
import type { MatchTaker } from './compiled.ts';
import { HostNumbers } from './host-numbers.ts';
import { edited, type HostPlace, lead, type PrefixTable, placesOf, tableOf } from './prefix-table.ts';

/** The first elements of the prefixes of one host. */
export type Prefixes = ElementTables<Branch>;

export type PrefixChange = { readonly before: Prefixes; readonly after: Prefixes };

/** What is other than before in one table of the index. */
type TableChange = { readonly gone: HostPlace[]; readonly fresh: HostPlace[] };

/** Places of one table, on average, where there are many of them: a change copies one, and few of them stay in the processor's cache. */
const IN_TABLE = 640;

// Of what is looked for: nobody needs them any more when the next request is.
const hostKey = new TextKey();
const element = new ElementKey();

/**
 * The prefixes of many hosts in tables that all share: a request reads one place of them, and not four or five places of tables
 * that its host alone has.
 */
export class PrefixIndex {
  static readonly none = new PrefixIndex(HostNumbers.none, [tableOf([])], 0);

  private readonly hosts: HostNumbers;
  /** A power of two of them: the low bits of a place's hash say which it is in. */
  private readonly tables: readonly PrefixTable[];
  private readonly size: number;

  private constructor(hosts: HostNumbers, tables: readonly PrefixTable[], size: number) {
    this.hosts = hosts;
    this.tables = tables;
    this.size = size;
  }

  /**
   * Tells the match at the longest prefix of the path, less the empty one, which is not here. False when there is none.
   * `host` is a whole hostname.
   */
  find(host: string, view: RequestView, taker: MatchTaker): boolean {
    const { hosts, tables } = this;
    const { path } = view;
    if (this.size === 0 || path.length < 2) return false;
    hostKey.read(host);
    if (!hostKey.isNarrow) return false;
    element.read(path, 1);
    const hash = hashOf(element.low, element.high, hostKey.hash);
    return lead(tables[hash & (tables.length - 1)]!, hosts, hostKey, element, hash, view, taker);
  }

  /** In steps: the index with these changes, by hostname, which shares with this one the tables that they do not touch. */
  *changing(changes: ReadonlyMap<string, PrefixChange>): Steps<PrefixIndex> {
    const others = [...changes].filter(([, { before, after }]) => before !== after);
    if (others.length === 0) return this;
    const left = others.filter(([, { after }]) => after === NO_ELEMENTS).map(([hostname]) => hostname);
    const come = others.filter(([, { before }]) => before === NO_ELEMENTS).map(([hostname]) => hostname);
    const hosts = this.hosts.with(left, come);
    const gone: HostPlace[] = [];
    const fresh: HostPlace[] = [];
    for (const [hostname, { before, after }] of others) {
      gone.push(...placesWithout(before, after).map(placeOf(this.hosts, hostname)));
      fresh.push(...placesWithout(after, before).map(placeOf(hosts, hostname)));
      yield;
    }
    const size = this.size + fresh.length - gone.length;
    const tables = yield* spread(this.tables, size);
    return new PrefixIndex(hosts, yield* withChanges(tables, gone, fresh), size);
  }
}

/** What makes a place of an index of one of a host. */
function placeOf(hosts: HostNumbers, hostname: string): (place: Place<Branch>) => HostPlace {
  const host = hosts.of(hostname);
  const seed = hashOfText(hostname);
  return ([low, high, branch]) => ({ host, hash: hashOf(low, high, seed), low, high, branch });
}

/** Tables, a power of two of them, for so many places: these, or more that hold the same. */
function* spread(tables: readonly PrefixTable[], size: number): Steps<readonly PrefixTable[]> {
  const count = 2 ** Math.max(0, Math.ceil(Math.log2(size / IN_TABLE)));
  if (count <= tables.length) return tables;
  return yield* withChanges(new Array<PrefixTable>(count).fill(tableOf([])), [], tables.flatMap(placesOf));
}

function* withChanges(
  tables: readonly PrefixTable[],
  gone: readonly HostPlace[],
  fresh: readonly HostPlace[],
): Steps<readonly PrefixTable[]> {
  const changes = new Map<number, TableChange>();
  const changeOf = (place: HostPlace) => {
    const number = place.hash & (tables.length - 1);
    let change = changes.get(number);
    if (change === undefined) {
      change = { gone: [], fresh: [] };
      changes.set(number, change);
    }
    return change;
  };
  for (const place of gone) changeOf(place).gone.push(place);
  for (const place of fresh) changeOf(place).fresh.push(place);
  const result = [...tables];
  for (const [number, change] of changes) {
    result[number] = edited(tables[number]!, change.gone, change.fresh);
    yield;
  }
  return result;
}

/** What stands in tables of a host, less what stands in its others too. */
function placesWithout(tables: Prefixes, other: Prefixes): Place<Branch>[] {
  if (tables.length !== other.length) return tables.flatMap(placesOfHost);
  return tables.flatMap((table, number) => (table === other[number] ? [] : placesOfHost(table)));
}
