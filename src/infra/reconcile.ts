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
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly annotations?: Readonly<Record<string, string>>;
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

type Applied = { readonly wanted: string; readonly resourceVersion: string; readonly uid: string };

export class Reconciler {
  readonly #options: ReconcilerOptions;
  /** What the last apply asked for and got, by path: it is not asked for again while it stands. */
  readonly #applied = new Map<string, Applied>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /**
   * Applies what is missing or differs, one after another; a failure is told and does not hold up the others.
   * @param objects with their stamps
   * @returns the first failure, `''` when there was none
   */
  async apply(objects: readonly Rendered[]): Promise<string> {
    let failure = '';
    for (const { collection, object } of objects) {
      const path = `${collection}/${object.metadata.name}`;
      const wanted = object.metadata.annotations[STAMP]!;
      if (this.#stands(path, object, wanted)) continue;
      try {
        const { client, fieldManager } = this.#options;
        const result = await apply<LiveChild>(client, path, object, fieldManager);
        const { resourceVersion = '', uid = '' } = result.metadata;
        this.#applied.set(path, { wanted, resourceVersion, uid });
      } catch (error) {
        const what = `${object.kind} ${object.metadata.namespace}/${object.metadata.name}`;
        this.#options.failed(what, error);
        if (failure === '') failure = `${what} cannot be applied: ${(error as Error).message}`;
      }
    }
    return failure;
  }

  /** The UID of an object that lives or was just applied; `''` when neither is known. */
  uidOf({ collection, object: { kind, metadata } }: Rendered): string {
    const live = this.#options.live(kind, metadata.namespace, metadata.name);
    return live?.metadata.uid ?? this.#applied.get(`${collection}/${metadata.name}`)?.uid ?? '';
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

/** On each object: hash of what was asked for, so that a field that is no longer asked for is a difference, too. */
export const STAMP = 'headgate.dev/rendered';

/** The same objects with their stamps. */
export function stamped(objects: readonly Rendered[]): Rendered[] {
  return objects.map(({ collection, object }) => ({ collection, object: stamp(object) }));
}

function stamp(object: Rendered['object']): Rendered['object'] {
  const hash = createHash('sha256').update(JSON.stringify(object)).digest('hex').slice(0, 16);
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, [STAMP]: hash } } };
}

export function childKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}
