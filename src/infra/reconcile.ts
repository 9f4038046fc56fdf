/**
 * Keeps the objects of our Gateways as they were rendered: makes what is missing, brings back what drifted, deletes what is
 * no longer wanted. Objects whose Gateway is gone are the garbage collector's.
 */
import { createHash } from 'node:crypto';
import { apply } from '../kube/apply.ts';
import type { KubeClient } from '../kube/client.ts';
import { ApiError } from '../kube/error.ts';
import { contains } from './contains.ts';
import { CHILD_COLLECTIONS, inNamespace } from './kinds.ts';
import type { Rendered } from './render.ts';

/** An object of ours as it lives. */
export type LiveChild = {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly [field: string]: unknown;
};

export type ReconcilerOptions = {
  readonly client: KubeClient;
  readonly fieldManager: string;
  /** By kind, namespace and name. */
  readonly live: (kind: string, namespace: string, name: string) => LiveChild | undefined;
  readonly failed: (what: string, error: unknown) => void;
};

type Applied = { readonly wanted: string; readonly resourceVersion: string };

export class Reconciler {
  readonly #options: ReconcilerOptions;
  /** What the last apply asked for and got, by path: it is not asked for again while it stands. */
  readonly #applied = new Map<string, Applied>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Applies what is missing or differs, one after another; a failure is told and does not hold up the others. */
  async apply(objects: readonly Rendered[]): Promise<void> {
    for (const { collection, object } of objects) {
      const path = `${collection}/${object.metadata.name}`;
      const wanted = createHash('sha256').update(JSON.stringify(object)).digest('hex');
      if (this.#stands(path, object, wanted)) continue;
      try {
        const { client, fieldManager } = this.#options;
        const result = await apply<LiveChild>(client, path, object, fieldManager);
        this.#applied.set(path, { wanted, resourceVersion: result.metadata.resourceVersion ?? '' });
      } catch (error) {
        this.#options.failed(`${object.kind} ${object.metadata.namespace}/${object.metadata.name}`, error);
      }
    }
  }

  /** Deletes those of `children` that `wanted` does not name. */
  async prune(children: Iterable<LiveChild>, wanted: ReadonlySet<string>): Promise<void> {
    for (const child of children) {
      const { namespace = '', name, deletionTimestamp } = child.metadata;
      if (wanted.has(childKey(child.kind, namespace, name)) || deletionTimestamp !== undefined) continue;
      const path = `${inNamespace(CHILD_COLLECTIONS[child.kind]!, namespace)}/${name}`;
      this.#applied.delete(path);
      try {
        await this.#options.client.request('DELETE', path, { query: { propagationPolicy: 'Background' } });
      } catch (error) {
        if (!(error instanceof ApiError && error.notFound)) this.#options.failed(`${child.kind} ${path}`, error);
      }
    }
  }

  #stands(path: string, object: Rendered['object'], wanted: string): boolean {
    const live = this.#options.live(object.kind, object.metadata.namespace, object.metadata.name);
    if (live === undefined) return false;
    const applied = this.#applied.get(path);
    if (applied?.wanted === wanted && applied.resourceVersion === live.metadata.resourceVersion) return true;
    return contains(live, object);
  }
}

export function childKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
