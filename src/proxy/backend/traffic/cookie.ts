const SEMICOLON = 0x3b;
const COMMA = 0x2c;
const SPACE = 0x20;
const TAB = 0x09;

/**
 * Where the value of a cookie begins in the value of Cookie (RFC 6265 section 4.2), from `from` on; -1 without it. Fields
 * that were joined by commas count as one.
 */
export function findCookie(header: string, name: string, from = 0): number {
  for (let at = header.indexOf(name, from); at !== -1; at = header.indexOf(name, at + 1)) {
    const end = at + name.length;
    if (header.charCodeAt(end) === EQUALS && beginsPair(header, at)) return end + 1;
  }
  return -1;
}

const EQUALS = 0x3d;

function beginsPair(header: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && (header.charCodeAt(before) === SPACE || header.charCodeAt(before) === TAB)) before--;
  const code = header.charCodeAt(before);
  return before < 0 || code === SEMICOLON || code === COMMA;
}

/** The value that begins at `start`. */
export function cookieValue(header: string, start: number): string {
  let end = start;
  while (end < header.length && header.charCodeAt(end) !== SEMICOLON && header.charCodeAt(end) !== COMMA) end++;
  return header.slice(start, end).trim();
}

/** The first value of a cookie; null when there is none of the name. */
export function cookieOf(header: string | null, name: string): string | null {
  if (header === null) return null;
  const start = findCookie(header, name);
  return start === -1 ? null : cookieValue(header, start);
}
