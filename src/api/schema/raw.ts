type Path = readonly (string | number)[];

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The same document with every null field left out, which is how an API server reads them (a default then applies).
 * Null items of lists stay, and are then refused by the schema.
 */
export function withoutNullFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNullFields);
  if (!isObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    // No kind has such a field, and assigning it would change the object's prototype.
    if (value[key] !== null && key !== '__proto__') kept[key] = withoutNullFields(value[key]);
  }
  return kept;
}

/** Levels of nesting that no valid document comes near; one that has more, or contains itself, is not looked at. */
export const MAX_DEPTH = 64;

/** Whether a document has more levels than `MAX_DEPTH`. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === MAX_DEPTH) return true;
  return Object.values(value).some((inner) => isTooDeep(inner, depth + 1));
}

/** The same map with an empty string for every null, which is how an API server reads the data of Secrets and ConfigMaps. */
export function emptyForNull(map: unknown): unknown {
  if (!isObject(map)) return map;
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, value ?? '']));
}

/** The paths of fields that a document has and the object parsed from it lacks: fields that the schema does not know. */
export function unknownFields(raw: unknown, parsed: unknown, path: Path = []): Path[] {
  if (Array.isArray(raw) && Array.isArray(parsed)) {
    return raw.flatMap((item, index) => unknownFields(item, parsed[index], [...path, index]));
  }
  if (!isObject(raw) || !isObject(parsed)) return [];
  return Object.keys(raw).flatMap((key) =>
    Object.hasOwn(parsed, key) ? unknownFields(raw[key], parsed[key], [...path, key]) : [[...path, key]],
  );
}
