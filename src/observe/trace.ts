/**
 * W3C Trace Context (Level 1, with the `random` flag of Level 2): `traceparent` and `tracestate`, parsed strictly.
 * A `traceparent` is kept as its text, `00-<32 digits trace id>-<16 digits span id>-<2 digits flags>`; the functions
 * below cut from it what is needed, so that a request costs no object.
 */
import { randomHex } from './random-hex.ts';

const LENGTH = 55;
const TRACE_ID = 3;
const SPAN_ID = 36;
const FLAGS = 53;
const ZERO_TRACE = '0'.repeat(32);
const ZERO_SPAN = '0'.repeat(16);

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

const SAMPLED = 0x01;
const RANDOM = 0x02;

/**
 * Whether `value` is a `traceparent` that may be used (section 3.2). A version above 00 is accepted when it starts
 * like version 00 does and what follows is set off by a dash; version ff and ids of zeros only are invalid.
 */
export function isTraceparent(value: string): boolean {
  if (!TRACEPARENT.test(value) || (value.length > LENGTH && value.startsWith('00'))) return false;
  return !value.startsWith(ZERO_TRACE, TRACE_ID) && !value.startsWith(ZERO_SPAN, SPAN_ID);
}

/** A new trace: random ids, with the flag that says so. */
export function newTraceparent(sampled: boolean): string {
  return `00-${nonZero(32, ZERO_TRACE)}-${nonZero(16, ZERO_SPAN)}-0${sampled ? SAMPLED | RANDOM : RANDOM}`;
}

/** The same trace and flags with a new span id, in version 00. `parent` has passed `isTraceparent`. */
export function childTraceparent(parent: string): string {
  const flags = Number.parseInt(parent.slice(FLAGS, LENGTH), 16) & (SAMPLED | RANDOM);
  return `00-${parent.slice(TRACE_ID, TRACE_ID + 32)}-${nonZero(16, ZERO_SPAN)}-0${flags}`;
}

/** The 32 digits of a `traceparent`'s trace id. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(TRACE_ID, TRACE_ID + 32);
}

/** The 16 digits of a `traceparent`'s span id. */
export function spanIdOf(traceparent: string): string {
  return traceparent.slice(SPAN_ID, SPAN_ID + 16);
}

/** Whether the caller may have recorded the trace. */
export function isSampled(traceparent: string): boolean {
  return (Number.parseInt(traceparent.slice(FLAGS, LENGTH), 16) & SAMPLED) !== 0;
}

const MAX_MEMBERS = 32;
const MAX_TRACESTATE = 4096;
const KEY = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
const VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/**
 * Whether a `tracestate` (several fields joined by commas) may be passed on with its `traceparent` (section 3.3): at
 * most 32 members, each key once, keys and values of the allowed characters; empty members are allowed. An invalid
 * one is dropped and the `traceparent` kept. Longer than 4,096 characters counts as invalid.
 */
export function isTracestate(value: string): boolean {
  if (value.length > MAX_TRACESTATE) return false;
  const keys = new Set<string>();
  for (const raw of value.split(',')) {
    const member = raw.replace(/^[ \t]+|[ \t]+$/g, '');
    if (member === '') continue;
    const equals = member.indexOf('=');
    if (equals < 0) return false;
    const key = member.slice(0, equals);
    if (!KEY.test(key) || !VALUE.test(member.slice(equals + 1)) || keys.has(key)) return false;
    keys.add(key);
    if (keys.size > MAX_MEMBERS) return false;
  }
  return true;
}

function nonZero(digits: number, zeros: string): string {
  let id = randomHex(digits);
  while (id === zeros) id = randomHex(digits);
  return id;
}
