import { COMMA, HTAB, SP, TOKEN } from './bytes.ts';
import { FAULTS, type Fault } from './fault.ts';
import type { FieldSection } from './field-section.ts';
import { CONNECTION, CONTENT_LENGTH, HOST_FIELD, NOMINATED, TRANSFER_ENCODING } from './known-field.ts';

/** How the end of a body is found (RFC 9112 section 6.3). */
export const NO_BODY = 0;
export const LENGTH = 1;
export const CHUNKED = 2;
export const UNTIL_CLOSE = 3;

/** 2^53 has 16 digits. */
const MAX_LENGTH_DIGITS = 15;

/**
 * The Content-Length that a section has: -1 when there is none, -2 when it is not valid. Signs, lists, spaces and a
 * second Content-Length, even an equal one, are not valid (RFC 9110 section 8.6 lets us choose).
 */
export function contentLength(fields: FieldSection): number {
  const index = fields.find(CONTENT_LENGTH);
  if (index === -1) return -1;
  const start = fields.valueStart(index);
  const end = fields.valueEnd(index);
  if (end === start || end - start > MAX_LENGTH_DIGITS) return -2;
  let length = 0;
  for (let at = start; at < end; at++) {
    const digit = fields.buffer[at]! - 0x30;
    if (digit < 0 || digit > 9) return -2;
    length = length * 10 + digit;
  }
  return length;
}

/** Whether a field is there more than once. */
export function isRepeated(fields: FieldSection, id: number): boolean {
  const index = fields.find(id);
  return index !== -1 && fields.find(id, index + 1) !== -1;
}

/**
 * The fault of the transfer codings, null when they are exactly `chunked` (RFC 9112 section 6.1). Codings other than
 * chunked are not decoded here, and what is not understood is not forwarded.
 */
export function codingFault(fields: FieldSection): Fault | null {
  let chunked = 0;
  let other = 0;
  for (let index = fields.find(TRANSFER_ENCODING); index !== -1; index = fields.find(TRANSFER_ENCODING, index + 1)) {
    let at = fields.valueStart(index);
    const end = fields.valueEnd(index);
    for (;;) {
      const start = at;
      while (at < end && TOKEN[fields.buffer[at]!] !== 0) at++;
      if (at === start || chunked > 0) return FAULTS.badCoding;
      if (isWord(fields.buffer, start, at, 'chunked')) chunked++;
      else other++;
      while (at < end && isBlank(fields.buffer[at]!)) at++;
      if (at === end) break;
      if (fields.buffer[at] !== COMMA) return FAULTS.badCoding;
      at++;
      while (at < end && isBlank(fields.buffer[at]!)) at++;
    }
  }
  if (chunked === 0) return FAULTS.badCoding;
  return other > 0 ? FAULTS.unknownCoding : null;
}

/** Options of Connection, as bits of what `connectionOptions` returns. */
export const CLOSE = 1;
export const KEEP = 2;
export const UPGRADES = 4;
export const TRAILERS = 8;
export const BAD_CONNECTION = 0x80;

const MAX_OPTIONS = 32;

/**
 * Reads Connection and marks every field that it nominates as NOMINATED (RFC 9110 section 7.6.1). Nominating Host or a
 * framing field is an attack on the next hop, and is refused.
 */
export function connectionOptions(fields: FieldSection): number {
  let options = 0;
  let budget = MAX_OPTIONS;
  for (let index = fields.find(CONNECTION); index !== -1; index = fields.find(CONNECTION, index + 1)) {
    let at = fields.valueStart(index);
    const end = fields.valueEnd(index);
    while (at < end) {
      const start = at;
      while (at < end && TOKEN[fields.buffer[at]!] !== 0) at++;
      const stop = at;
      while (at < end && isBlank(fields.buffer[at]!)) at++;
      if (at < end && fields.buffer[at] !== COMMA) return BAD_CONNECTION;
      at++;
      while (at < end && isBlank(fields.buffer[at]!)) at++;
      if (stop === start) continue;
      if (--budget < 0) return BAD_CONNECTION;
      options |= readOption(fields, start, stop);
    }
  }
  return options;
}

function readOption(fields: FieldSection, start: number, end: number): number {
  const buffer = fields.buffer;
  if (isWord(buffer, start, end, 'keep-alive')) return KEEP;
  if (isWord(buffer, start, end, 'close')) return CLOSE;
  if (isWord(buffer, start, end, 'upgrade')) return UPGRADES;
  if (isWord(buffer, start, end, 'te')) return TRAILERS;
  for (let index = 0; index < fields.count; index++) {
    const name = fields.lineStart(index);
    if (fields.nameEnd(index) - name !== end - start || !sameWord(buffer, name, start, end - start)) continue;
    const id = fields.id(index);
    if (id === HOST_FIELD || id === CONTENT_LENGTH || id === TRANSFER_ENCODING) return BAD_CONNECTION;
    if (id !== CONNECTION) fields.mark(index, NOMINATED);
  }
  return 0;
}

/** Whether `buffer[start, end)` is this word; `word` is in lower case. */
export function isWord(buffer: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let at = 0; at < word.length; at++) if (lower(buffer[start + at]!) !== word.charCodeAt(at)) return false;
  return true;
}

function sameWord(buffer: Uint8Array, one: number, other: number, length: number): boolean {
  for (let at = 0; at < length; at++) if (lower(buffer[one + at]!) !== lower(buffer[other + at]!)) return false;
  return true;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

function isBlank(byte: number): boolean {
  return byte === SP || byte === HTAB;
}
