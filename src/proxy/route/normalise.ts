/**
 * The one form in which a path is matched, shown and forwarded (RFC 3986 section 6.2.2), so that no spelling of a path
 * reaches a backend through a rule that was not meant for it.
 *
 * - Escapes of unreserved characters are decoded, the hex digits of all others are put in upper case.
 * - Runs of `/` become one, `.` and `..` are resolved (`%2e` counts as a dot) and never leave the root.
 * - `%2F` and `%5C` stay as they are: they belong to a path element and are no separators.
 * - A trailing slash is kept.
 *
 * Null, which answers 400, for what two programs are known to read in two ways: an escape that is not `%` and two hex
 * digits, `%00`, control characters, space, bytes outside ASCII, a raw `\`, `?` or `#`, a path that does not begin
 * with `/`, and the elements `.;…` and `..;…` (servlet containers strip the parameter and then climb).
 */
export function normalisePath(raw: string): string | null {
  const length = raw.length;
  if (length === 0) return '/'; // absolute-form without a path (RFC 9112 section 3.2.2)
  if (raw.charCodeAt(0) !== SLASH) return null;
  let previous = 0;
  let rewrite = false;
  for (let i = 0; i < length; i++) {
    const code = raw.charCodeAt(i);
    const kind = code < 128 ? KIND[code]! : REFUSED;
    if (kind === REFUSED) return null;
    if (kind === SPECIAL && (code === PERCENT || previous === SLASH)) rewrite = true; // `%`, `//` or `/.`
    previous = code;
  }
  return rewrite ? rewritten(raw) : raw;
}

const PERCENT = 0x25;
const DOT = 0x2e;
const SLASH = 0x2f;

const PLAIN = 0;
const SPECIAL = 1;
const UNRESERVED = 2;
const REFUSED = 3;

/** What each ASCII character means to the scan. `UNRESERVED` are those that need no escape (RFC 3986 section 2.3). */
const KIND = new Uint8Array(128).map((_, code) => {
  if (code <= 0x20 || code === 0x7f) return REFUSED;
  const character = String.fromCharCode(code);
  if (character === '\\' || character === '#' || character === '?') return REFUSED;
  if (code === PERCENT || code === DOT || code === SLASH) return SPECIAL;
  return /[A-Za-z0-9_~-]/.test(character) ? UNRESERVED : PLAIN;
});

function rewritten(raw: string): string | null {
  const unescaped = unescapeUnreserved(raw);
  if (unescaped === null) return null;
  const kept: string[] = [];
  const length = unescaped.length;
  let trailing = true;
  for (let start = 1; start <= length; ) {
    const slash = unescaped.indexOf('/', start);
    const end = slash === -1 ? length : slash;
    trailing = true;
    if (end - start === 2 && unescaped.startsWith('..', start)) {
      kept.pop();
    } else if (end > start && !(end - start === 1 && unescaped.charCodeAt(start) === DOT)) {
      if (unescaped.startsWith('.;', start) || unescaped.startsWith('..;', start)) return null;
      kept.push(unescaped.slice(start, end));
      trailing = end !== length;
    }
    start = end + 1;
  }
  if (kept.length === 0) return '/';
  return trailing ? `/${kept.join('/')}/` : `/${kept.join('/')}`;
}

function unescapeUnreserved(raw: string): string | null {
  let percent = raw.indexOf('%');
  if (percent === -1) return raw;
  let out = '';
  let copied = 0;
  for (; percent !== -1; percent = raw.indexOf('%', percent + 3)) {
    const high = hexDigit(raw.charCodeAt(percent + 1));
    const low = hexDigit(raw.charCodeAt(percent + 2));
    if (high === -1 || low === -1) return null;
    const code = high * 16 + low;
    if (code === 0) return null;
    out += raw.slice(copied, percent);
    const plain = code < 128 && (KIND[code] === UNRESERVED || code === DOT);
    out += plain ? String.fromCharCode(code) : `%${HEX[high]}${HEX[low]}`;
    copied = percent + 3;
  }
  return out + raw.slice(copied);
}

const HEX = '0123456789ABCDEF';

/** -1 for anything else, NaN (past the end) included. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return -1;
}

/** What becomes of `%2F`: it stays as it is and separates nothing, or is refused with `%5C`, or is a separator. */
export type EncodedSlash = 'keep' | 'reject' | 'decode';

/** `normalisePath` for one of the ways to see encoded slashes. */
export const NORMALISE: Readonly<Record<EncodedSlash, (raw: string) => string | null>> = {
  keep: normalisePath,
  reject: (raw) => (/%(?:2f|5c)/i.test(raw) ? null : normalisePath(raw)),
  decode: (raw) => normalisePath(raw.replace(/%2f/gi, '/')),
};
