/**
 * A path in the form that requests are brought into before they are matched: escapes of unreserved characters decoded,
 * the other escapes in upper case, `.` and `..` resolved, `//` made one. Null for what is never a request's path.
 */
export function normalisePath(value: string): string | null {
  // Before anything is decoded: what decoding leaves behind must not become an escape.
  if (!value.startsWith('/') || /%00|%(?![0-9A-Fa-f]{2})|[^!-~]|[\\?#]/.test(value)) return null;
  const path = value.replace(/%([0-9A-Fa-f]{2})/g, (encoded, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : encoded.toUpperCase();
  });
  const segments = path.split('/').slice(1);
  const kept: string[] = [];
  for (const segment of segments) {
    if (/^\.\.?;/.test(segment)) return null;
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  if (kept.length === 0) return '/';
  const last = segments.at(-1)!;
  const directory = last === '' || last === '.' || last === '..';
  return `/${kept.join('/')}${directory ? '/' : ''}`;
}
