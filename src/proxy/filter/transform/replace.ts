/** A base URL: a scheme and a host, possibly a path. */
const BASE = /^https?:\/\/[^/?#\s]+/i;

/**
 * `find` replaced wherever it stands in a value. Where both are URLs they join as URLs do: no slash is lost or doubled
 * between what is put in and what follows, and a host is found as a whole only, so that `http://a` is not the beginning of
 * `http://a.example`.
 */
export function replaced(value: string, find: string, replacement: string): string {
  let at = value.indexOf(find);
  if (at === -1 || find === '') return value;
  const isURL = BASE.test(find);
  const endsInHost = isURL && BASE.exec(find)![0].length === find.length;
  const joins = isURL && BASE.test(replacement);
  let text = '';
  let from = 0;
  while (at !== -1) {
    const end = at + find.length;
    text += value.slice(from, at);
    if (endsInHost && end < value.length && /[A-Za-z0-9.:_-]/.test(value[end]!)) text += find;
    else text += joins ? joined(find, replacement, value[end]) : replacement;
    from = end;
    at = value.indexOf(find, end);
  }
  return text + value.slice(from);
}

function joined(find: string, replacement: string, next: string | undefined): string {
  if (find.endsWith('/')) return replacement.endsWith('/') ? replacement : `${replacement}/`;
  return next === '/' && replacement.endsWith('/') ? replacement.slice(0, -1) : replacement;
}
