/** What an authentication knows of who asks, by name. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The values of a claim; null when there is none. The name may be one that the claims have as it stands
 * (`https://example.com/roles`), or lead to one inside of others (`realm_access.roles`). A list has its items; numbers and
 * booleans are text; `scope` is a list with spaces between (RFC 8693 section 4.2).
 */
export function valuesOf(claims: Claims, name: string): readonly string[] | null {
  const value = claimOf(claims, name);
  if (Array.isArray(value)) return value.flatMap((item) => plain(item) ?? []);
  const text = plain(value);
  if (text === null) return null;
  return name === 'scope' ? text.split(' ').filter((scope) => scope !== '') : [text];
}

/** Undefined when there is none. */
export function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    if (!Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

function plain(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}
