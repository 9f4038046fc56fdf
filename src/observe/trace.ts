/**
 * W3C Trace Context (Level 1, with the `random` flag of Level 2). A `traceparent` is kept as its text,
 * `00-<32 digits trace id>-<16 digits span id>-<2 digits flags>`, so that a request costs no object.
 */
import { randomHex } from './random-hex.ts';

const LENGTH = 55;
const TRACE_ID = 3;
const SPAN_ID = 36;
const ZERO_TRACE = '0'.repeat(32);
const ZERO_SPAN = '0'.repeat(16);

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

/** The trace id is random; nobody has recorded it. */
const RANDOM = '02';

/**
 * Whether `value` is a `traceparent` that may be used (section 3.2). A version above 00 is accepted when it starts
 * like version 00 does and what follows is set off by a dash; version ff and ids of zeros only are invalid.
 */
export function isTraceparent(value: string): boolean {
  if (!TRACEPARENT.test(value) || (value.length > LENGTH && value.startsWith('00'))) return false;
  return !value.startsWith(ZERO_TRACE, TRACE_ID) && !value.startsWith(ZERO_SPAN, SPAN_ID);
}

/** A new trace: random ids, with the flag that says so. */
export function newTraceparent(): string {
  return `00-${nonZero(32, ZERO_TRACE)}-${nonZero(16, ZERO_SPAN)}-${RANDOM}`;
}

/** Of a span of our own. */
export function newSpanId(): string {
  return nonZero(16, ZERO_SPAN);
}

function nonZero(digits: number, zeros: string): string {
  let id = randomHex(digits);
  while (id === zeros) id = randomHex(digits);
  return id;
}
