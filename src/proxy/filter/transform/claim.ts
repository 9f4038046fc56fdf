import type { ClaimSource } from '../../../ir/transform.ts';

type Claims = Readonly<Record<string, unknown>>;

/**
 * The text of a claim; null when there is none. A list is its items with commas between, an object is its JSON. A name that no
 * claim has may be that of a claim within a claim, with a dot between both.
 */
export function claimText(claims: Claims, { claim, split }: ClaimSource): string | null {
  const text = textOf(claimValue(claims, claim));
  if (text === null || split === null) return text;
  const part = text.split(split.delimiter)[split.index];
  return part === undefined ? null : part;
}

function claimValue(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const outer = name.slice(0, dot);
    if (!Object.hasOwn(claims, outer)) continue;
    const inner = claims[outer];
    if (isObject(inner)) {
      const value = claimValue(inner, name.slice(dot + 1));
      if (value !== undefined) return value;
    }
  }
  return undefined;
}

function textOf(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return null;
      return Array.isArray(value) ? value.map((item) => textOf(item) ?? '').join(',') : JSON.stringify(value);
    default:
      return null;
  }
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
