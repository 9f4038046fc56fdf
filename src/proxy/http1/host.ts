import { COLON, HEX, HOST } from './bytes.ts';

const OPEN = 0x5b;
const CLOSE = 0x5d;
const DOT = 0x2e;
const MAX_HOST = 255;

/**
 * Length of the host in `buffer[start, end)`, a `uri-host [":" port]` (RFC 9110 section 7.2); -1 when it is not valid.
 * A host is a name of letters, digits, `-`, `_` and non-empty labels (a last dot is allowed), or an address; the other
 * characters of RFC 3986's `reg-name` are in no name that can be resolved.
 */
export function hostLength(buffer: Uint8Array, start: number, end: number): number {
  let at = start;
  if (at < end && buffer[at] === OPEN) {
    at++;
    while (at < end && (HEX[buffer[at]!]! >= 0 || buffer[at] === COLON || buffer[at] === DOT)) at++;
    if (at === end || buffer[at] !== CLOSE || at - start < 3) return -1;
    at++;
  } else {
    let label = at;
    for (; at < end && HOST[buffer[at]!] !== 0; at++) {
      if (buffer[at] !== DOT) continue;
      if (at === label) return -1;
      label = at + 1;
    }
    if (at === start || at - start > MAX_HOST) return -1;
  }
  const length = at - start;
  if (at === end) return length;
  if (buffer[at] !== COLON) return -1;
  let port = 0;
  for (at++; at < end; at++) {
    const digit = buffer[at]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    port = port * 10 + digit;
    if (port > 65_535) return -1;
  }
  return length;
}
