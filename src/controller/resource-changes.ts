import { COLLECTION_OF, type Kind, type Resource, type Resources } from '../api/resources.ts';
import type { ObjectChange, ResourceChanges } from '../translate/incremental/changes.ts';
import type { WorldChange } from './world.ts';

/**
 * What has changed of what translation reads, until a translation has taken it. A step that failed is given the same
 * changes again, and those that came since: nothing is lost by an error.
 */
export class PendingChanges {
  #changes: Partial<Record<keyof Resources, ObjectChange<Resource>[]>> = {};
  #count = 0;

  /** Objects of which only the status changed are left out: most changes are our own status writes. */
  add(changes: readonly WorldChange[]): void {
    for (const { kind, key, before, object } of changes) {
      if (before?.resource === object?.resource) continue;
      const collection = COLLECTION_OF[kind];
      this.#changes[collection] ??= [];
      this.#changes[collection].push({ key, object: object?.resource ?? null });
      this.#count += 1;
    }
  }

  get count(): number {
    return this.#count;
  }

  get changes(): ResourceChanges {
    return this.#changes as ResourceChanges;
  }

  clear(): void {
    this.#changes = {};
    this.#count = 0;
  }
}

/** Kinds of which nothing is read when a Gateway's own objects are rendered, and which change most. */
const TRAFFIC_KINDS: ReadonlySet<Kind> = new Set(['HTTPRoute', 'Service', 'EndpointSlice', 'Secret']);

export function isOfInfrastructure({ kind, before, object }: WorldChange): boolean {
  return !TRAFFIC_KINDS.has(kind) && before?.resource !== object?.resource;
}
