/**
 * Fields that the proxy itself has something to say about. They are recognised once, while the head is scanned, and are
 * numbers from then on: small enough for a bit set.
 */
export const UNKNOWN = 0;
export const HOST_FIELD = 1;
export const CONNECTION = 2;
export const CONTENT_LENGTH = 3;
export const TRANSFER_ENCODING = 4;
export const TE = 5;
export const TRAILER = 6;
export const UPGRADE = 7;
export const EXPECT = 8;
export const KEEP_ALIVE = 9;
export const PROXY_CONNECTION = 10;
export const X_FORWARDED_FOR = 11;
export const X_FORWARDED_PROTO = 12;
export const X_FORWARDED_HOST = 13;
export const X_FORWARDED_PORT = 14;
export const FORWARDED = 15;
export const X_REQUEST_ID = 16;
export const TRACEPARENT = 17;
export const TRACESTATE = 18;
export const HTTP2_SETTINGS = 19;
export const DATE = 20;
export const ORIGIN = 21;
/** Any field that Connection nominates (RFC 9110 section 7.6.1): it ends at this hop. */
export const NOMINATED = 31;

const NAMES: readonly (readonly [number, string])[] = [
  [HOST_FIELD, 'host'],
  [CONNECTION, 'connection'],
  [CONTENT_LENGTH, 'content-length'],
  [TRANSFER_ENCODING, 'transfer-encoding'],
  [TE, 'te'],
  [TRAILER, 'trailer'],
  [UPGRADE, 'upgrade'],
  [EXPECT, 'expect'],
  [KEEP_ALIVE, 'keep-alive'],
  [PROXY_CONNECTION, 'proxy-connection'],
  [X_FORWARDED_FOR, 'x-forwarded-for'],
  [X_FORWARDED_PROTO, 'x-forwarded-proto'],
  [X_FORWARDED_HOST, 'x-forwarded-host'],
  [X_FORWARDED_PORT, 'x-forwarded-port'],
  [FORWARDED, 'forwarded'],
  [X_REQUEST_ID, 'x-request-id'],
  [TRACEPARENT, 'traceparent'],
  [TRACESTATE, 'tracestate'],
  [HTTP2_SETTINGS, 'http2-settings'],
  [DATE, 'date'],
  [ORIGIN, 'origin'],
];

// A name is looked up by its length, first and last letter; names that share a slot are chained.
const SLOTS = 256;
const slotOf = (length: number, first: number, last: number) => (length * 31 + first * 7 + last) & (SLOTS - 1);
const first = new Uint8Array(SLOTS);
const next = new Uint8Array(32);
const spelling: Uint8Array[] = Array.from({ length: 32 }, () => new Uint8Array(0));
for (const [id, name] of NAMES) {
  const bytes = new Uint8Array(Buffer.from(name, 'latin1'));
  const slot = slotOf(bytes.length, bytes[0]!, bytes[bytes.length - 1]!);
  spelling[id] = bytes;
  next[id] = first[slot]!;
  first[slot] = id;
}

/** The known field with the name `buffer[start, end)`, which is a token of at least one byte; otherwise `UNKNOWN`. */
export function knownField(buffer: Uint8Array, start: number, end: number): number {
  // Setting bit 5 lowers letters and leaves the other bytes of these names as they are.
  let id = first[slotOf(end - start, buffer[start]! | 0x20, buffer[end - 1]! | 0x20)]!;
  while (id !== UNKNOWN) {
    const name = spelling[id]!;
    let at = 0;
    if (name.length === end - start) while (at < name.length && (buffer[start + at]! | 0x20) === name[at]!) at++;
    if (at === name.length) return id;
    id = next[id]!;
  }
  return UNKNOWN;
}
