import { BucketMap } from '../../ir/bucket-map.ts';
import type { TableChange } from '../../ir/delta.ts';
import type { Entries } from '../../ir/entries.ts';
import type { Secret } from '../../ir/policy/policy.ts';
import { type Collection, emptyTable, type RoutingTable, type Rule, type Stream } from '../../ir/table.ts';
import { mapsOf, type TableMaps, tableOfMaps } from '../../ir/table-maps.ts';
import type { ResolvedCertificate } from '../certificate.ts';
import { sameContent } from '../equal.ts';
import { deepFreeze } from '../freeze.ts';
import type { GatewayPlan } from '../gateway.ts';
import { type Judgement, strayKey } from '../policy/book.ts';
import type { PolicyContent } from '../policy/kind.ts';
import type { BackendCatalogue } from '../route/backend-ref.ts';
import { backendOf, backendsOfListeners, listenersOf, noteBackends, secretsOf } from '../table.ts';

/** One Gateway's table between two steps: what it was, and what of it is to be changed. */
export class TableState {
  readonly #backends: BackendCatalogue;
  readonly #pending = new Map<Collection, Map<string, object | null>>();
  /** Keys of rules or streams by route. */
  readonly #keys = new Map<string, readonly string[]>();
  /** How many rules lead to a backend. */
  readonly #uses = new Map<string, number>();
  /** What policies and filters of ours need. */
  readonly #needs = new Map<
    string,
    { readonly backends: readonly string[]; readonly secrets: Readonly<Record<string, Secret>> }
  >();
  readonly #order: Record<'listeners' | 'certificates', readonly string[]> = { listeners: [], certificates: [] };
  /** What backends are shown. */
  #certificate: ResolvedCertificate | null = null;
  #table: RoutingTable;
  #maps: TableMaps;
  #isNew = true;

  constructor(gateway: string, backends: BackendCatalogue) {
    this.#backends = backends;
    this.#table = deepFreeze(emptyTable(gateway));
    this.#maps = mapsOf(this.#table);
  }

  get table(): RoutingTable {
    return this.#table;
  }

  setGateway(gateway: GatewayPlan): void {
    this.#setListeners(listenersOf(gateway, this.#backends.policies));
    this.setNeeds('listeners', { backends: backendsOfListeners(gateway), secrets: {} });
    const other = this.#certificate?.key !== gateway.clientCertificate?.key;
    this.#certificate = gateway.clientCertificate;
    if (other) for (const key of this.#uses.keys()) this.refreshBackend(key);
  }

  #setListeners(next: Pick<RoutingTable, 'listeners' | 'certificates'>): void {
    for (const collection of ['listeners', 'certificates'] as const) {
      for (const [key] of this.#maps[collection].entries()) {
        if (!Object.hasOwn(next[collection], key)) this.#put(collection, key, null);
      }
      for (const [key, entry] of Object.entries(next[collection])) this.#put(collection, key, entry);
      this.#order[collection] = Object.keys(next[collection]);
    }
  }

  /** Replaces the rules of one route (`httproute/<namespace>/<name>`) in the collection of its kind. */
  setRules(route: string, collection: 'rules' | 'streams', rules: readonly (readonly [string, Rule | Stream])[]): void {
    const keys = rules.map(([key]) => key);
    for (const key of this.#keys.get(route) ?? []) if (!keys.includes(key)) this.#setRule(collection, key, null);
    for (const [key, rule] of rules) this.#setRule(collection, key, rule);
    if (keys.length === 0) this.#keys.delete(route);
    else this.#keys.set(route, keys);
  }

  /** Replaces, or takes away, a policy of ours by its key, and what it needs. */
  setPolicy(key: string, judgement: Judgement | null): void {
    this.setNeeds(key, judgement?.content ?? null);
    this.#put('policies', key, judgement?.entry ?? null);
    const stray = strayKey(key);
    this.#put('policies', stray, judgement?.stray?.key === stray ? judgement.stray.entry : null);
  }

  /** Replaces, or takes away, what a policy or filter of ours needs beside its entry; `key` is anything that tells it apart. */
  setNeeds(key: string, needs: Pick<PolicyContent, 'backends' | 'secrets'> | null): void {
    const before = this.#needs.get(key) ?? null;
    if (needs !== null) for (const backend of needs.backends) this.#use(backend);
    if (before !== null) for (const backend of before.backends) this.#release(backend);
    const secrets = needs === null ? {} : secretsOf(needs.secrets);
    if (needs === null) this.#needs.delete(key);
    else this.#needs.set(key, { backends: needs.backends, secrets });
    for (const name of Object.keys(before?.secrets ?? {})) if (!this.#isNeeded(name)) this.#put('secrets', name, null);
    for (const [name, secret] of Object.entries(secrets)) this.#put('secrets', name, secret);
  }

  #isNeeded(secret: string): boolean {
    for (const { secrets } of this.#needs.values()) if (Object.hasOwn(secrets, secret)) return true;
    return false;
  }

  /** Takes over what is known of a backend now, if a rule leads to it. */
  refreshBackend(key: string): void {
    if (!this.#uses.has(key)) return;
    const entry = this.#backends.entry(key);
    // It leads nowhere any more: whoever has the key is judged again in the same step, and gives it up.
    if (entry === undefined) return;
    const { backend, endpoints } = entry;
    this.#put('backends', key, backendOf(backend, this.#certificate));
    this.#put('endpoints', key, endpoints);
  }

  /** The table with all changes since the last call; null when there are none. */
  step(): TableChange | null {
    if (this.#pending.size === 0 && !this.#isNew) return null;
    const next: Record<Collection, BucketMap> = { ...this.#maps };
    const keys: Partial<Record<Collection, readonly string[]>> = {};
    for (const [collection, changes] of this.#pending) {
      const all = next[collection].with(changes);
      // Of listeners and their certificates there are few, and they stand in the order of the manifest.
      const order = collection === 'listeners' || collection === 'certificates' ? this.#order[collection] : null;
      next[collection] = order === null ? all : BucketMap.of(inOrder(all, order));
      keys[collection] = [...changes.keys()];
    }
    this.#pending.clear();
    this.#isNew = false;
    this.#maps = next;
    this.#table = tableOfMaps(this.#table.gateway, next);
    return { table: this.#table, keys };
  }

  #setRule(collection: 'rules' | 'streams', key: string, rule: Rule | Stream | null): void {
    const before = this.#current(collection, key) as Rule | Stream | null;
    // In this order, so that a backend of both is not taken away in between.
    if (rule !== null) for (const backend of backendsOf(rule)) this.#use(backend);
    if (before !== null) for (const backend of backendsOf(before)) this.#release(backend);
    this.#put(collection, key, rule);
  }

  #use(backend: string): void {
    const uses = this.#uses.get(backend) ?? 0;
    this.#uses.set(backend, uses + 1);
    if (uses === 0) this.refreshBackend(backend);
  }

  #release(backend: string): void {
    const uses = this.#uses.get(backend)! - 1;
    if (uses > 0) {
      this.#uses.set(backend, uses);
      return;
    }
    this.#uses.delete(backend);
    this.#put('backends', backend, null);
    this.#put('endpoints', backend, null);
  }

  #current(collection: Collection, key: string): object | null {
    const pending = this.#pending.get(collection)?.get(key);
    return pending === undefined ? this.#maps[collection].get(key) : pending;
  }

  /** An entry with the content of the one before stays the object that it was. */
  #put(collection: Collection, key: string, entry: object | null): void {
    const before = this.#maps[collection].get(key);
    const changes = this.#pending.get(collection);
    if (entry === before || (entry !== null && before !== null && sameContent(entry, before))) {
      if (changes?.delete(key) && changes.size === 0) this.#pending.delete(collection);
      return;
    }
    if (entry !== null) deepFreeze(entry);
    if (changes === undefined) this.#pending.set(collection, new Map([[key, entry]]));
    else changes.set(key, entry);
  }
}

function inOrder(entries: BucketMap, keys: readonly string[]): Entries {
  return Object.freeze(Object.fromEntries(keys.map((key) => [key, entries.get(key)!])));
}

function backendsOf(rule: Rule | Stream): Set<string> {
  const found = new Set<string>();
  noteBackends(rule, found);
  return found;
}
