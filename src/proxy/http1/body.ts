import { CR, HEX, LF, SEMICOLON } from './bytes.ts';
import { EXTENSIONS_END, NAME_START, NO_EXTENSION, nextInExtension } from './chunk-extension.ts';
import { DONE, FAULTS, type Fault, MORE, REFUSED } from './fault.ts';
import { FieldSection } from './field-section.ts';
import { CHUNKED, LENGTH, NO_BODY, UNTIL_CLOSE } from './framing.ts';
import type { MessageLimits } from './limits.ts';

const SIZE_START = 0;
const SIZE = 1;
const EXTENSION = 2;
const SIZE_LF = 3;
const DATA = 4;
const DATA_CR = 5;
const DATA_LF = 6;
const AFTER_LAST = 7;
const TRAILERS = 8;
const END_LF = 9;

/** Digits of a chunk size, leading zeros included. 13 digits stay below 2^53. */
const MAX_SIZE_DIGITS = 13;
const MAX_SEGMENTS = 64;
const NOTHING = Buffer.alloc(0);

/**
 * Finds the end of a body and tells which of the bytes received are to be passed on (RFC 9112 sections 6.3 and 7).
 *
 * `read` reports ranges of the caller's buffer. With `keepFraming` the ranges of a chunked body hold its framing too,
 * without chunk extensions, so that a body goes through byte by byte in the chunks it came in; otherwise they hold data
 * only. Trailers are never part of a range: they are in `trailers` when the body is done and `hasTrailers` says so, and
 * then with `keepFraming` the last chunk's line has been passed on but not the trailer section and its empty line.
 */
export class BodyReader {
  readonly trailers: FieldSection;
  /** Start and end of each range, absolute. */
  readonly segments: Int32Array;
  segmentCount: number;
  /** First byte that was not looked at; after DONE the first one after the body. */
  position: number;
  /** Bytes of content so far, without framing. */
  received: number;
  hasTrailers: boolean;
  isDone: boolean;
  fault: Fault | null;
  private readonly limits: MessageLimits;
  private framing: number;
  private keepFraming: boolean;
  private state: number;
  /** Bytes left of the body or of the chunk. */
  private remaining: number;
  private digits: number;
  private extension: number;
  private extensionBytes: number;
  private trailerBuffer: Buffer;
  private trailerLength: number;

  constructor(limits: MessageLimits) {
    this.trailers = new FieldSection(NOTHING);
    this.segments = new Int32Array(MAX_SEGMENTS * 2);
    this.segmentCount = 0;
    this.position = 0;
    this.received = 0;
    this.hasTrailers = false;
    this.isDone = true;
    this.fault = null;
    this.limits = limits;
    this.framing = NO_BODY;
    this.keepFraming = false;
    this.state = SIZE_START;
    this.remaining = 0;
    this.digits = 0;
    this.extension = NAME_START;
    this.extensionBytes = 0;
    this.trailerBuffer = NOTHING;
    this.trailerLength = 0;
  }

  /** Prepares for a body with that framing; `length` counts for LENGTH only. */
  start(framing: number, length: number, keepFraming: boolean): void {
    this.segmentCount = 0;
    this.position = 0;
    this.received = 0;
    this.hasTrailers = false;
    this.isDone = framing === NO_BODY || (framing === LENGTH && length === 0);
    this.fault = null;
    this.framing = framing;
    this.keepFraming = keepFraming;
    this.state = SIZE_START;
    this.remaining = framing === LENGTH ? length : 0;
    this.digits = 0;
    this.extension = NAME_START;
    this.extensionBytes = 0;
    this.trailerBuffer = NOTHING;
    this.trailerLength = 0;
  }

  /** Bytes that are still to come; -1 when the framing does not tell. */
  get left(): number {
    if (this.isDone) return 0;
    return this.framing === LENGTH ? this.remaining : -1;
  }

  /** Whether the sender may end the connection now (RFC 9112 section 8). */
  get mayEnd(): boolean {
    return this.isDone || this.framing === UNTIL_CLOSE;
  }

  /**
   * Reads `buffer[at, end)`. MORE with `position < end` means that `segments` was full and that the rest is to be read
   * by another call; MORE with `position === end` that the body goes on; DONE that it ends at `position`.
   */
  read(buffer: Buffer, at: number, end: number): number {
    this.segmentCount = 0;
    if (this.isDone) {
      this.position = at;
      return DONE;
    }
    if (this.framing === CHUNKED) return this.readChunks(buffer, at, end);
    let stop = end;
    if (this.framing === LENGTH) {
      if (this.remaining < end - at) stop = at + this.remaining;
      this.remaining -= stop - at;
      this.isDone = this.remaining === 0;
    }
    this.received += stop - at;
    this.pass(at, stop);
    this.position = stop;
    return this.isDone ? DONE : MORE;
  }

  /** Ends a body whose end its frames tell. `trailers` is a section with the empty line that ends it. DONE or REFUSED. */
  end(trailers: Buffer | null): number {
    this.segmentCount = 0;
    if (this.framing === LENGTH && this.remaining > 0) return this.refuse(FAULTS.badLength, 0);
    if (trailers !== null) {
      this.trailers.reset(0);
      const result = this.trailers.scan(trailers, 0, trailers.length, this.limits.trailerFields);
      if (result !== DONE) return this.refuse(trailerFault(this.trailers.fault ?? FAULTS.badValue), 0);
      this.hasTrailers = this.trailers.count > 0;
    }
    this.isDone = true;
    return DONE;
  }

  private readChunks(buffer: Buffer, at: number, end: number): number {
    // Where the range began that framing and data are collected into; -1 outside of one.
    let open = this.keepFraming && !isOmitted(this.state) ? at : -1;
    while (at < end && this.segmentCount < MAX_SEGMENTS - 1) {
      const byte = buffer[at]!;
      switch (this.state) {
        case SIZE_START:
          if (HEX[byte]! < 0) return this.refuse(byte === LF ? FAULTS.bareLf : FAULTS.badChunkSize, at);
          this.remaining = 0;
          this.digits = 0;
          this.state = SIZE;
          break;
        case SIZE: {
          const digit = HEX[byte]!;
          if (digit >= 0) {
            if (++this.digits > MAX_SIZE_DIGITS) return this.refuse(FAULTS.chunkTooLarge, at);
            this.remaining = this.remaining * 16 + digit;
            at++;
            break;
          }
          if (byte === CR) this.state = SIZE_LF;
          else if (byte === SEMICOLON) {
            if (open !== -1) this.pass(open, at);
            open = -1;
            this.extensionBytes++;
            this.extension = NAME_START;
            this.state = EXTENSION;
          } else return this.refuse(byte === LF ? FAULTS.bareLf : FAULTS.badChunkSize, at);
          at++;
          break;
        }
        case EXTENSION:
          while (at < end) {
            const next = nextInExtension(this.extension, buffer[at]!);
            if (next === EXTENSIONS_END) break;
            if (next === NO_EXTENSION) {
              return this.refuse(buffer[at] === LF ? FAULTS.bareLf : FAULTS.badChunkExtension, at);
            }
            this.extension = next;
            this.extensionBytes++;
            at++;
            if (this.extensionBytes > this.limits.chunkExtensions) return this.refuse(FAULTS.extensionsTooLarge, at);
          }
          if (at === end) break;
          if (this.keepFraming) open = at;
          this.state = SIZE_LF;
          at++;
          break;
        case SIZE_LF:
          if (byte !== LF) return this.refuse(FAULTS.bareCr, at - 1);
          this.state = this.remaining === 0 ? AFTER_LAST : DATA;
          at++;
          break;
        case DATA: {
          const stop = this.remaining < end - at ? at + this.remaining : end;
          this.received += stop - at;
          this.remaining -= stop - at;
          if (!this.keepFraming) this.pass(at, stop);
          at = stop;
          if (this.remaining === 0) this.state = DATA_CR;
          break;
        }
        case DATA_CR:
          if (byte !== CR) return this.refuse(byte === LF ? FAULTS.bareLf : FAULTS.badChunkEnd, at);
          this.state = DATA_LF;
          at++;
          break;
        case DATA_LF:
          if (byte !== LF) return this.refuse(FAULTS.badChunkEnd, at);
          this.state = SIZE_START;
          at++;
          break;
        case AFTER_LAST:
          if (byte === CR) {
            this.state = END_LF;
            at++;
            break;
          }
          if (open !== -1) this.pass(open, at);
          open = -1;
          this.trailers.reset(0);
          this.trailerLength = 0;
          this.trailerBuffer = Buffer.allocUnsafe(Math.min(256, this.limits.trailerBytes));
          this.state = TRAILERS;
          break;
        case TRAILERS:
          return this.readTrailers(buffer, at, end);
        default:
          if (byte !== LF) return this.refuse(FAULTS.bareCr, at - 1);
          at++;
          if (open !== -1) this.pass(open, at);
          this.position = at;
          this.isDone = true;
          return DONE;
      }
    }
    if (open !== -1) this.pass(open, at);
    this.position = at;
    return MORE;
  }

  /** Trailers may come in any split and outlive the caller's buffer, so they are collected in one of their own. */
  private readTrailers(buffer: Buffer, at: number, end: number): number {
    const before = this.trailerLength;
    const take = Math.min(end - at, this.limits.trailerBytes - before);
    if (before + take > this.trailerBuffer.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.limits.trailerBytes, (before + take) * 2));
      this.trailerBuffer.copy(grown, 0, 0, before);
      this.trailerBuffer = grown;
    }
    buffer.copy(this.trailerBuffer, before, at, at + take);
    this.trailerLength = before + take;
    const result = this.trailers.scan(this.trailerBuffer, 0, this.trailerLength, this.limits.trailerFields);
    if (result === REFUSED)
      return this.refuse(trailerFault(this.trailers.fault!), at + this.trailers.position - before);
    if (result === MORE) {
      if (take < end - at) return this.refuse(FAULTS.trailersTooLarge, at + take);
      this.position = end;
      return MORE;
    }
    this.position = at + this.trailers.position - before;
    this.hasTrailers = true;
    this.isDone = true;
    return DONE;
  }

  private pass(start: number, end: number): void {
    if (start === end) return;
    this.segments[this.segmentCount * 2] = start;
    this.segments[this.segmentCount * 2 + 1] = end;
    this.segmentCount++;
  }

  private refuse(fault: Fault, at: number): number {
    this.fault = fault;
    this.position = at;
    return REFUSED;
  }
}

function trailerFault(fault: Fault): Fault {
  return fault === FAULTS.tooManyFields ? FAULTS.trailersTooLarge : fault;
}

/** Whether the bytes of this state are left out of what is passed on. */
function isOmitted(state: number): boolean {
  return state === EXTENSION || state === TRAILERS;
}
