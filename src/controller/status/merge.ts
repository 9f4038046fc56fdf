/**
 * An object as read from the API server, with our part of its status brought up to date. What other controllers wrote
 * (their entries among a route's parents or a policy's ancestors, their conditions) stays as it is.
 */
import type { Condition } from '../../ir/status.ts';
import { sameContent } from '../../translate/equal.ts';
import { mergeConditions, type StoredCondition } from './conditions.ts';

type Reference = {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly sectionName?: string;
  readonly port?: number;
};
type Entry = { readonly conditions?: readonly StoredCondition[]; readonly [field: string]: unknown };
type Status = Entry & {
  readonly listeners?: readonly (Entry & { readonly name: string })[];
  readonly parents?: readonly (Entry & { readonly controllerName: string; readonly parentRef: Reference })[];
  readonly ancestors?: readonly (Entry & { readonly controllerName: string; readonly ancestorRef: Reference })[];
};

export type StoredObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly generation?: number;
  };
  readonly status?: Status;
};

/** What translation says: the same shape, its conditions without times. */
type Ours = { readonly conditions?: readonly Condition[]; readonly [field: string]: unknown };
type OurStatus = Ours & {
  readonly listeners?: readonly (Ours & { readonly name: string })[];
  readonly parents?: readonly (Ours & { readonly controllerName: string; readonly parentRef: Reference })[];
  readonly ancestors?: readonly (Ours & { readonly controllerName: string; readonly ancestorRef: Reference })[];
};

/** An entry that belongs to a controller, among those of others. */
type Owned = { readonly controllerName: string };

/**
 * Null when there is nothing to write.
 * @param now RFC 3339, to the second.
 */
export function mergeStatus<T extends StoredObject>(
  object: T,
  ours: OurStatus,
  controllerName: string,
  now: string,
): T | null {
  const before = object.status ?? {};
  const after: Record<string, unknown> = { ...before, ...mergeEntry(before, ours, now) };
  if (ours.listeners !== undefined) {
    after.listeners = ours.listeners.map((listener) =>
      mergeEntry(before.listeners?.find(({ name }) => name === listener.name) ?? {}, listener, now),
    );
  }
  if (ours.parents !== undefined) {
    const merge = new OwnedEntries(controllerName, now, (entry: { readonly parentRef: Reference }) => entry.parentRef);
    after.parents = merge.over(before.parents ?? [], ours.parents);
  }
  if (ours.ancestors !== undefined) {
    const merge = new OwnedEntries(
      controllerName,
      now,
      (entry: { readonly ancestorRef: Reference }) => entry.ancestorRef,
    );
    after.ancestors = merge.over(before.ancestors ?? [], ours.ancestors);
  }
  return sameContent(after, before) ? null : { ...object, status: after };
}

/** The entries of a list in which each controller has its own, told apart by what they refer to. */
class OwnedEntries<R> {
  readonly #controllerName: string;
  readonly #now: string;
  readonly #refOf: (entry: R) => Reference;

  constructor(controllerName: string, now: string, refOf: (entry: R) => Reference) {
    this.#controllerName = controllerName;
    this.#now = now;
    this.#refOf = refOf;
  }

  /**
   * Every entry keeps its place, and new ones come last: two controllers that each put their own entries first would write
   * against each other for ever.
   */
  over(known: readonly (Entry & Owned & R)[], ours: readonly (Ours & Owned & R)[]): readonly object[] {
    const remaining = new Map(ours.map((entry) => [idOf(this.#refOf(entry)), entry]));
    const merged: object[] = [];
    for (const old of known) {
      if (old.controllerName !== this.#controllerName) {
        merged.push(old);
        continue;
      }
      const id = idOf(this.#refOf(old));
      const next = remaining.get(id);
      remaining.delete(id);
      if (next !== undefined) merged.push(mergeEntry(old, next, this.#now));
    }
    for (const added of remaining.values()) merged.push(mergeEntry({}, added, this.#now));
    return merged;
  }
}

/** Our fields over the stored ones, conditions merged by type. */
function mergeEntry(stored: Entry, ours: Ours, now: string): object {
  const conditions = mergeConditions(stored.conditions ?? [], ours.conditions ?? [], now);
  const empty = conditions.length === 0 && stored.conditions === undefined;
  return empty ? { ...ours } : { ...ours, conditions };
}

export function sameReference(a: Reference, b: Reference): boolean {
  return idOf(a) === idOf(b);
}

/** Equal for references to the same part of the same object. */
function idOf(reference: Reference): string {
  const { group = '', kind = '', namespace = '', name, sectionName = '', port = '' } = reference;
  return `${group}/${kind}/${namespace}/${name}/${sectionName}/${port}`;
}
