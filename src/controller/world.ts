/** Everything the controller knows of the cluster, as of now. */
import { type Kind, noResources, type Resources } from '../api/resources.ts';
import type { KubeClient } from '../kube/client.ts';
import { ListWatch, type ListWatchEvent } from '../kube/list-watch.ts';
import { keyOf, Store } from '../kube/store.ts';
import { collectionOf, decode, WATCHED, type WatchedObject } from './watched.ts';

export type WorldOptions = {
  readonly client: KubeClient;
  /** Called at every change after the first; must only schedule work. */
  readonly changed: () => void;
  readonly observe?: (kind: Kind, event: ListWatchEvent, message: string) => void;
  /** An object that was received and not understood. */
  readonly refused?: (message: string) => void;
};

export class World {
  readonly #stores = new Map<Kind, Store<WatchedObject>>();
  readonly #listWatches: ListWatch<WatchedObject>[] = [];
  /** Replaced when a resource changed. */
  #resources: Resources = noResources();

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

  /** The newest state: the very same object while no resource changed, and the same arrays for kinds that did not. */
  resources(): Resources {
    for (const [kind, store] of this.#stores) {
      if (store.take().length === 0) continue;
      const collection = collectionOf(kind);
      const before: readonly unknown[] = this.#resources[collection];
      const now = Array.from(store.values(), ({ resource }) => resource);
      const same = now.length === before.length && now.every((resource, index) => resource === before[index]);
      if (!same) this.#resources = { ...this.#resources, [collection]: now };
    }
    return this.#resources;
  }

  get(kind: Kind, namespace: string, name: string): WatchedObject | undefined {
    return this.#stores.get(kind)?.get(`${namespace}/${name}`);
  }

  all(kind: Kind): IterableIterator<WatchedObject> {
    return this.#stores.get(kind)!.values();
  }
}
