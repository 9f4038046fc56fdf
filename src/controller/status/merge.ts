/**
 * An object as read from the API server, with our part of its status brought up to date. What other controllers wrote
 * (their entries among a route's parents, their conditions) stays as it is.
 */
import type { Condition } from '../../ir/status.ts';
import { sameContent } from '../../translate/incremental/equal.ts';
import { mergeConditions, type StoredCondition } from './conditions.ts';

type Entry = { readonly conditions?: readonly StoredCondition[]; readonly [field: string]: unknown };
type Status = Entry & {
  readonly listeners?: readonly (Entry & { readonly name: string })[];
  readonly parents?: readonly (Entry & { readonly controllerName: string; readonly parentRef: object })[];
};

export type StoredObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly resourceVersion?: string };
  readonly status?: Status;
};

/** What translation says: the same shape, its conditions without times. */
type Ours = { readonly conditions?: readonly Condition[]; readonly [field: string]: unknown };
type OurStatus = Ours & {
  readonly listeners?: readonly (Ours & { readonly name: string })[];
  readonly parents?: readonly (Ours & { readonly controllerName: string; readonly parentRef: object })[];
};

type Parents = NonNullable<Status['parents']>;
type OurParents = NonNullable<OurStatus['parents']>;

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
  if (ours.parents !== undefined) after.parents = mergeParents(before.parents ?? [], ours.parents, controllerName, now);
  return sameContent(after, before) ? null : { ...object, status: after };
}

/**
 * Every entry keeps its place, and new ones come last: two controllers that each put their own entries first would write
 * against each other for ever.
 */
function mergeParents(known: Parents, ours: OurParents, controllerName: string, now: string): readonly object[] {
  const remaining = new Map(ours.map((parent) => [canonical(parent.parentRef), parent]));
  const merged: object[] = [];
  for (const old of known) {
    if (old.controllerName !== controllerName) {
      merged.push(old);
      continue;
    }
    const id = canonical(old.parentRef);
    const next = remaining.get(id);
    remaining.delete(id);
    if (next !== undefined) merged.push(mergeEntry(old, next, now));
  }
  for (const added of remaining.values()) merged.push(mergeEntry({}, added, now));
  return merged;
}

/** Our fields over the stored ones, conditions merged by type. */
function mergeEntry(stored: Entry, ours: Ours, now: string): object {
  const conditions = mergeConditions(stored.conditions ?? [], ours.conditions ?? [], now);
  const empty = conditions.length === 0 && stored.conditions === undefined;
  return empty ? { ...ours } : { ...ours, conditions };
}

/** Equal for objects that differ only in the order of their fields. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
