import type { Resource, Resources } from '../../api/resources.ts';
import { keyOf, type Metadata } from '../object.ts';

/** The newest version of an object by its key, `namespace/name` (`/name` when cluster-scoped); null: it is gone. */
export type ObjectChange<T> = { readonly key: string; readonly object: T | null };

/** What is not as it was, by collection. */
export type ResourceChanges = { readonly [C in keyof Resources]?: readonly ObjectChange<Resources[C][number]>[] };

/** What leads from one world to another, told by the identity of the objects; `before` null: everything. */
export function changesBetween(before: Resources | null, after: Resources): ResourceChanges {
  const changes: Record<string, readonly ObjectChange<Resource>[]> = {};
  for (const name of Object.keys(after) as (keyof Resources)[]) {
    const found = changedItems<Resource>(before === null ? [] : before[name], after[name]);
    if (found.length > 0) changes[name] = found;
  }
  return changes as ResourceChanges;
}

/** Equal ends are passed over, so that one change among thousands costs a comparison of pointers for each. */
function changedItems<T extends { readonly metadata: Metadata }>(
  before: readonly T[],
  after: readonly T[],
): ObjectChange<T>[] {
  if (before === after) return [];
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const old = byKey(before.slice(head, before.length - tail));
  const changes: ObjectChange<T>[] = [];
  for (const [key, object] of byKey(after.slice(head, after.length - tail))) {
    if (old.get(key) !== object) changes.push({ key, object });
    old.delete(key);
  }
  for (const key of old.keys()) changes.push({ key, object: null });
  return changes;
}

function byKey<T extends { readonly metadata: Metadata }>(objects: readonly T[]): Map<string, T> {
  return new Map(objects.map((object) => [keyOf(object.metadata), object]));
}
