/**
 * A query without the parameters of the given names, the others as they stand. `query` has its `?` or is empty; the result
 * has neither `?` nor `&` at its ends.
 */
export function withoutParameters(query: string, names: readonly string[]): string {
  if (query.length < 2) return '';
  if (names.length === 0) return query.slice(1);
  let kept = '';
  for (const parameter of query.slice(1).split('&')) {
    const equals = parameter.indexOf('=');
    const name = equals === -1 ? parameter : parameter.slice(0, equals);
    if (name !== '' && names.includes(decodedName(name))) continue;
    kept += kept === '' ? parameter : `&${parameter}`;
  }
  return kept;
}

/** `own` and the client's parameters behind it, with a `?` unless there are none. */
export function joinedQuery(own: string, rest: string): string {
  if (own === '') return rest === '' ? '' : `?${rest}`;
  return rest === '' ? `?${own}` : `?${own}&${rest}`;
}

function decodedName(name: string): string {
  const spaced = name.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
