/** Everything the controller knows of the cluster, as of now. */
import type { Kind } from '../api/resources.ts';
import type { KubeClient } from '../kube/client.ts';
import { ListWatch, type ListWatchEvent } from '../kube/list-watch.ts';
import { type Change, keyOf, Store } from '../kube/store.ts';
import { decode, WATCHED, type WatchedObject } from './watched.ts';

export type WorldOptions = {
  readonly client: KubeClient;
  /** Called at every change after the first; must only schedule work. */
  readonly changed: () => void;
  readonly observe?: (kind: Kind, event: ListWatchEvent, message: string) => void;
  /** An object that was received and not understood. */
  readonly refused?: (message: string) => void;
};

/** `key` is `namespace/name`, or `/name` for a cluster-scoped object. */
export type WorldChange = Change<WatchedObject> & { readonly kind: Kind };

export class World {
  readonly #stores = new Map<string, Store<WatchedObject>>();
  readonly #listWatches: ListWatch<WatchedObject>[] = [];

  constructor(options: WorldOptions) {
    for (const { kind, path, query } of WATCHED) {
      const store = new Store<WatchedObject>(options.changed);
      this.#stores.set(kind, store);
      this.#listWatches.push(
        new ListWatch<WatchedObject>({
          client: options.client,
          path,
          query,
          store,
          decode: (raw) => decode(raw, kind, options.refused ?? (() => {}), store.get(keyOf(raw as WatchedObject))),
          observe: (event, error) => options.observe?.(kind, event, error?.message ?? ''),
        }),
      );
    }
  }

  /** Watches until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#listWatches.map((listWatch) => listWatch.run(signal)));
  }

  /** Half a world must never be published: a route whose Service is not listed yet would answer 500. */
  async synced(): Promise<void> {
    await Promise.all(this.#listWatches.map((listWatch) => listWatch.synced));
  }

  /** What changed since the last call, each object once. */
  take(): WorldChange[] {
    const changes: WorldChange[] = [];
    for (const [kind, store] of this.#stores)
      for (const change of store.take()) changes.push({ kind: kind as Kind, ...change });
    return changes;
  }

  /** How many objects of each kind are known. */
  *counts(): Generator<readonly [string, number]> {
    for (const [kind, store] of this.#stores) yield [kind, store.size];
  }

  /** Objects that changed since changes were last taken. */
  get pending(): number {
    let pending = 0;
    for (const store of this.#stores.values()) pending += store.pending;
    return pending;
  }

  get(kind: string, namespace: string, name: string): WatchedObject | undefined {
    return this.#stores.get(kind)?.get(`${namespace}/${name}`);
  }

  allOf(kind: Kind): Iterable<WatchedObject> {
    return this.#stores.get(kind)?.values() ?? [];
  }

  *all(): Generator<WatchedObject> {
    for (const store of this.#stores.values()) yield* store.values();
  }
}
