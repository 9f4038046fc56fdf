/** What every object has: how it is named in keys, which generation its conditions observe, which of two is older. */
export type Metadata = {
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly generation?: number | undefined;
  readonly creationTimestamp?: string | undefined;
};

/** `namespace/name`. */
export function keyOf(metadata: Metadata): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** A manifest that never went through an API server has no generation: it is the first one. */
export function generationOf(metadata: Metadata): number {
  return metadata.generation ?? 1;
}

/**
 * Sorts the older object first, then by `namespace/name`: who wins wherever the Gateway API lets one of two objects win.
 * An object without a creation time (a manifest) counts as older than all that have one.
 */
export function byAge(a: Metadata, b: Metadata): number {
  return compare(ageOf(a), ageOf(b)) || compare(keyOf(a), keyOf(b));
}

/** By UTF-16 code units, as the keys of tables are sorted. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The creation time in UTC to the second, in a form that compares as a string; `''` when there is none. */
export function ageOf(metadata: Metadata): string {
  const time = Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(time) ? '' : `${new Date(time).toISOString().slice(0, 19)}Z`;
}
