/** Takes out of reports what nobody may see who is told of requests. */

/** In place of the value of a query parameter. */
export const REDACTED = 'REDACTED';

/** Headers by name, in lower case, without those that are redacted; and the names of those. */
export function redactHeaders(
  headers: Iterable<readonly [name: string, value: string]>,
  redacted: ReadonlySet<string>,
): { readonly headers: Record<string, string[]>; readonly left: string[] } {
  const kept = new Map<string, string[]>();
  const left = new Set<string>();
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    if (redacted.has(name)) {
      left.add(name);
      continue;
    }
    const values = kept.get(name);
    if (values === undefined) kept.set(name, [value]);
    else values.push(value);
  }
  return { headers: Object.fromEntries(kept), left: [...left].sort() };
}

/** A query (`?a=1&b=2`, or `''`) in which the values of these parameters are replaced; all else stays byte by byte. */
export function redactQuery(query: string, redacted: ReadonlySet<string>): string {
  if (query === '' || redacted.size === 0) return query;
  const parts = query.slice(1).split('&');
  return `?${parts.map((part) => redactParameter(part, redacted)).join('&')}`;
}

function redactParameter(part: string, redacted: ReadonlySet<string>): string {
  const equals = part.indexOf('=');
  if (equals < 0) return part;
  const name = part.slice(0, equals);
  return redacted.has(name) || redacted.has(decoded(name)) ? `${name}=${REDACTED}` : part;
}

/** As a form's parameter is read; one that cannot be read stays as it is. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
