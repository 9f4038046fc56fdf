/** Byte classes of RFC 9110 and RFC 3986, as tables that are indexed by byte. */

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;

function table(accepts: (byte: number) => boolean): Uint8Array {
  const bytes = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) if (accepts(byte)) bytes[byte] = 1;
  return bytes;
}

const among = (characters: string) => (byte: number) => characters.includes(String.fromCharCode(byte));
const isAlphanumeric = (byte: number) => /[0-9A-Za-z]/.test(String.fromCharCode(byte));

/** RFC 9110 section 5.6.2 `tchar`. */
export const TOKEN = table((byte) => isAlphanumeric(byte) || among("!#$%&'*+-.^_`|~")(byte));

/** RFC 9110 section 5.5 `field-value`: HTAB, SP, VCHAR and obs-text. */
export const VALUE = table((byte) => byte === HTAB || (byte >= 0x20 && byte !== 0x7f));

/** Letters, digits, `-`, `.` and `_`: what names of hosts are made of. */
export const HOST = table((byte) => isAlphanumeric(byte) || among('-._')(byte));

/** Value of a hexadecimal digit, -1 for every other byte. */
export const HEX = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  HEX[digit.toString(16).charCodeAt(0)] = digit;
  HEX[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/** Classes of bytes in a request target, as the parser tells them apart. */
export const TARGET_NO = 0;
export const TARGET_PLAIN = 1;
export const TARGET_SLASH = 2;
export const TARGET_DOT = 3;
const TARGET_PERCENT = 4;
export const TARGET_QUESTION = 5;
/** Not in RFC 3986, but sent raw in queries by every browser; refused in paths, where some servers read `\` as `/`. */
export const TARGET_QUERY_ONLY = 6;

/**
 * Visible ASCII without `#`. RFC 3986 would have `[ ] ^ { | }` and the backquote encoded; browsers don't, and nothing is
 * ambiguous about them.
 */
export const TARGET = new Uint8Array(256);
for (let byte = 0x21; byte < 0x7f; byte++) TARGET[byte] = TARGET_PLAIN;
TARGET['#'.charCodeAt(0)] = TARGET_NO;
TARGET['/'.charCodeAt(0)] = TARGET_SLASH;
TARGET['.'.charCodeAt(0)] = TARGET_DOT;
TARGET['%'.charCodeAt(0)] = TARGET_PERCENT;
TARGET['?'.charCodeAt(0)] = TARGET_QUESTION;
for (const character of '\\"<>') TARGET[character.charCodeAt(0)] = TARGET_QUERY_ONLY;

/** Fields are latin-1 (RFC 9110 section 5.5): every byte is one character, and comes out again as the same byte. */
export function latin1(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('latin1', start, end);
}

/** The range in memory of its own, without a view of it in between. */
export function copyOf(buffer: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafe(end - start);
  buffer.copy(copy, 0, start, end);
  return copy;
}
