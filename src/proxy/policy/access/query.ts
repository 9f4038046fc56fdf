/** Queries as `head.query` has them: with their `?`, or empty. */

/** The value of the first parameter of a name, decoded; null without. */
export function queryValue(query: string, name: string): string | null {
  if (query.length < name.length + 1) return null;
  for (const parameter of query.slice(1).split('&')) {
    const equals = parameter.indexOf('=');
    if (decoded(equals === -1 ? parameter : parameter.slice(0, equals)) !== name) continue;
    return equals === -1 ? '' : decoded(parameter.slice(equals + 1));
  }
  return null;
}

/** The query without the parameters of a name; `''` when nothing is left. */
export function withoutParameter(query: string, name: string): string {
  if (query === '') return query;
  const all = query.slice(1).split('&');
  const rest = all.filter((parameter) => decoded(parameter.split('=', 1)[0]!) !== name);
  if (rest.length === all.length) return query;
  return rest.length === 0 ? '' : `?${rest.join('&')}`;
}

/** Null for an encoding that is not valid: it equals nothing. */
function decoded(text: string): string | null {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
