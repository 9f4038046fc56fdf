/** The objects that we made for Gateways, as they live. */
import { CHILD_COLLECTIONS } from '../infra/kinds.ts';
import type { LiveChild } from '../infra/reconcile.ts';
import type { KubeClient } from '../kube/client.ts';
import { ListWatch } from '../kube/list-watch.ts';
import { Store } from '../kube/store.ts';

const MANAGED_BY = 'app.kubernetes.io/managed-by';
const SELECTED_BY = 'gateway.networking.k8s.io/gateway-name';

export class Children {
  readonly #stores = new Map<string, Store<LiveChild>>();
  readonly #listWatches: ListWatch<LiveChild>[] = [];

  /** `instance` is what our objects are labelled with; `changed` must only schedule work. */
  constructor(client: KubeClient, instance: string, changed: () => void) {
    for (const [kind, path] of Object.entries(CHILD_COLLECTIONS)) {
      const store = new Store<LiveChild>(changed);
      this.#stores.set(kind, store);
      // Both labels: a Helm chart labels its own objects as managed by Helm, and others may name us by chance.
      const query = { labelSelector: `${MANAGED_BY}=${instance},${SELECTED_BY}` };
      this.#listWatches.push(new ListWatch({ client, path, query, store, decode: (raw) => decode(raw, kind) }));
    }
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#listWatches.map((listWatch) => listWatch.run(signal)));
  }

  async synced(): Promise<void> {
    await Promise.all(this.#listWatches.map((listWatch) => listWatch.synced));
  }

  get(kind: string, namespace: string, name: string): LiveChild | undefined {
    return this.#stores.get(kind)?.get(`${namespace}/${name}`);
  }

  /** In the order in which their kinds are made. */
  *all(): Generator<LiveChild> {
    for (const store of this.#stores.values()) yield* [...store.values()];
  }
}

/** Without statuses, but for that of a Deployment, which tells how far a change of it is. */
function decode(raw: unknown, kind: string): LiveChild {
  const { status, metadata, ...object } = raw as LiveChild & { status?: unknown };
  const { managedFields: __, ...kept } = metadata as LiveChild['metadata'] & { managedFields?: unknown };
  return { ...object, ...(kind === 'Deployment' ? { status } : {}), kind, metadata: kept };
}
