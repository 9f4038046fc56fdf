import type { Resource } from '../api/resources.ts';

/** Equal content of two values that JSON can hold. A member that is undefined counts as one that is not there. */
export function sameContent(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let index = 0; index < a.length; index++) if (!sameContent(a[index], b[index])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  for (const name in a) if (!sameContent(own(a, name), own(b, name))) return false;
  for (const name in b) if (own(b, name) !== undefined && own(a, name) === undefined) return false;
  return true;
}

/**
 * Whether translation sees no difference between two versions of an object: it reads no status, and whatever is written to
 * an object gives it another `resourceVersion`.
 */
export function sameObject(a: Resource, b: Resource): boolean {
  return a === b || sameContent(asSeen(a), asSeen(b));
}

function asSeen(object: Resource): object {
  return { ...object, metadata: { ...object.metadata, resourceVersion: undefined }, status: undefined };
}

function own(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
