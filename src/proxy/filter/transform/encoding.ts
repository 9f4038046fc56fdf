/** How values are written into URLs and fields, so that none can become more than a value. */

const UNRESERVED = /^[A-Za-z0-9._~-]*$/;
const PATH_TEXT = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/;
const NO_PATH_TEXT = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&'()*+,;=:@/%-]/gu;

/** All but the unreserved characters of RFC 3986 section 2.3 as escapes of UTF-8. */
export function percentEncoded(value: string): string {
  if (UNRESERVED.test(value)) return value;
  return encodeURIComponent(value.toWellFormed()).replace(/[!'()*]/g, escapeOf);
}

/** A part of a path as it stands, with escapes for what no path has. */
export function escapedPathText(value: string): string {
  if (PATH_TEXT.test(value)) return value;
  return value.replace(NO_PATH_TEXT, (character) => [...Buffer.from(character)].map(byteEscape).join(''));
}

/** Whether a value may stand in a field: visible ASCII, spaces and tabs. */
export function printable(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if ((code < SPACE && code !== TAB) || code > TILDE) return false;
  }
  return true;
}

const TAB = 0x09;
const SPACE = 0x20;
const TILDE = 0x7e;

function escapeOf(character: string): string {
  return byteEscape(character.charCodeAt(0));
}

function byteEscape(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
