/**
 * The value of the first cookie of a name in a Cookie field (RFC 6265 section 4.2), without the quotes around it; null when
 * there is none. Pairs without `=` are not cookies, and names are case-sensitive.
 */
export function cookieValue(field: string, name: string): string | null {
  const { length } = field;
  for (let start = 0; start < length; ) {
    const semicolon = field.indexOf(';', start);
    const end = semicolon === -1 ? length : semicolon;
    let from = start;
    while (from < end && isBlank(field.charCodeAt(from))) from++;
    if (field.startsWith(name, from)) {
      let equals = from + name.length;
      while (equals < end && isBlank(field.charCodeAt(equals))) equals++;
      if (equals < end && field.charCodeAt(equals) === EQUALS) return unquoted(field, equals + 1, end);
    }
    start = end + 1;
  }
  return null;
}

const EQUALS = 0x3d;
const QUOTE = 0x22;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function unquoted(field: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(field.charCodeAt(from))) from++;
  while (to > from && isBlank(field.charCodeAt(to - 1))) to--;
  if (to - from >= 2 && field.charCodeAt(from) === QUOTE && field.charCodeAt(to - 1) === QUOTE) {
    from++;
    to--;
  }
  return field.slice(from, to);
}
