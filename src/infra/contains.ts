/**
 * Whether everything that `wanted` says also stands in `live`. What the API server added (defaults, status, fields of other
 * managers) does not count as a difference; an element of a list that is missing or one too many does. An empty list or
 * object that was asked for may be absent.
 */
export function contains(live: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const list = Array.isArray(live) ? live : [];
    return list.length === wanted.length && wanted.every((element, i) => contains(list[i], element));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const fields = typeof live === 'object' && live !== null ? (live as Record<string, unknown>) : {};
    return Object.entries(wanted).every(([name, value]) => contains(fields[name], value));
  }
  return live === wanted;
}
