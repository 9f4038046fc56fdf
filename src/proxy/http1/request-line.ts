import {
  CR,
  LF,
  latin1,
  SP,
  TARGET,
  TARGET_DOT,
  TARGET_NO,
  TARGET_PLAIN,
  TARGET_QUERY_ONLY,
  TARGET_QUESTION,
  TARGET_SLASH,
  TOKEN,
} from './bytes.ts';
import { DONE, FAULTS, type Fault, MORE, REFUSED } from './fault.ts';
import { MAX_METHOD } from './limits.ts';

const START = 0;
const START_LF = 1;
const METHOD = 2;
const TARGET_START = 3;
const PATH = 4;
const QUERY = 5;
const VERSION = 6;
const LINE_LF = 7;

const QUESTION = 0x3f;
const VERSION_LENGTH = 8;

/** The request line (RFC 9112 section 3) as ranges, relative to the first byte of the message. */
export class RequestLine {
  fault!: Fault | null;
  /** Where scanning stands; after DONE the first byte after the line. After REFUSED the byte that was refused. */
  position!: number;
  methodStart!: number;
  methodEnd!: number;
  targetStart!: number;
  /** Of the `?`; -1 when there is none. */
  queryStart!: number;
  targetEnd!: number;
  /** End of the line, without CRLF. */
  end!: number;
  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  minor!: number;
  /** Whether the path, if the target is one, needs no normalisation: it has no `%`, `//` or `/.`. */
  isNormal!: boolean;
  private methodText!: string | null;
  private state!: number;
  private previous!: number;

  constructor() {
    this.reset();
  }

  reset(): void {
    this.fault = null;
    this.position = 0;
    this.queryStart = -1;
    this.end = 0;
    this.minor = 1;
    this.isNormal = true;
    this.methodText = null;
    this.state = START;
    this.previous = 0;
  }

  /** Whether no byte of a request has been seen since `reset`. */
  get isEmpty(): boolean {
    return this.state <= START_LF;
  }

  /** Of the line in the message that begins at `base`. */
  method(buffer: Buffer, base: number): string {
    if (this.methodText === null) {
      this.methodText = methodName(buffer, base + this.methodStart, base + this.methodEnd);
    }
    return this.methodText;
  }

  /** Scans on to `end` (absolute). Every byte is looked at once, whatever the splits. */
  parse(buffer: Buffer, base: number, end: number, maxLength: number): number {
    let at = base + this.position;
    // Two more for the CRLF, and two for an empty line before the request.
    const limit = base + maxLength + 4;
    const stop = end < limit ? end : limit;
    while (at < stop) {
      const byte = buffer[at]!;
      switch (this.state) {
        case START:
          // One empty line before a request is ignored (RFC 9112 section 2.2).
          if (byte === CR && at === base) {
            at++;
            this.state = START_LF;
            break;
          }
          if (byte === LF) return this.refuse(FAULTS.bareLf, at - base);
          if (TOKEN[byte] === 0) return this.refuse(FAULTS.badMethod, at - base);
          this.methodStart = at - base;
          this.state = METHOD;
          break;
        case START_LF:
          if (byte !== LF) return this.refuse(FAULTS.bareCr, at - 1 - base);
          at++;
          this.state = START;
          break;
        case METHOD:
          while (at < stop && TOKEN[buffer[at]!] !== 0) at++;
          if (at - base - this.methodStart > MAX_METHOD) return this.refuse(FAULTS.methodTooLong, at - base);
          if (at === stop) break;
          if (buffer[at] !== SP) return this.refuse(buffer[at] === LF ? FAULTS.bareLf : FAULTS.badMethod, at - base);
          this.methodEnd = at - base;
          at++;
          this.targetStart = at - base;
          this.state = TARGET_START;
          break;
        case TARGET_START:
          if (TARGET[byte] === TARGET_NO) return this.refuse(targetFault(byte), at - base);
          this.previous = TARGET_PLAIN;
          this.state = PATH;
          break;
        case PATH:
          at = this.scanPath(buffer, at, stop);
          if (at === stop) break;
          if (buffer[at] === QUESTION) {
            this.queryStart = at - base;
            this.state = QUERY;
            at++;
            break;
          }
          if (buffer[at] !== SP) return this.refuse(targetFault(buffer[at]!), at - base);
          this.targetEnd = at - base;
          at++;
          this.state = VERSION;
          break;
        case QUERY:
          while (at < stop && TARGET[buffer[at]!] !== TARGET_NO) at++;
          if (at === stop) break;
          if (buffer[at] !== SP) return this.refuse(targetFault(buffer[at]!), at - base);
          this.targetEnd = at - base;
          at++;
          this.state = VERSION;
          break;
        case VERSION: {
          const start = base + this.targetEnd + 1;
          while (at < stop && at - start < VERSION_LENGTH && buffer[at] !== CR && buffer[at] !== LF) at++;
          if (at === stop && at - start < VERSION_LENGTH) break;
          const fault = this.readVersion(buffer, start, at);
          if (fault !== null) return this.refuse(fault, at - base);
          if (at === stop) break;
          if (buffer[at] !== CR) return this.refuse(buffer[at] === LF ? FAULTS.bareLf : FAULTS.badVersion, at - base);
          this.end = at - base;
          at++;
          this.state = LINE_LF;
          break;
        }
        default:
          if (byte !== LF) return this.refuse(FAULTS.bareCr, at - 1 - base);
          this.position = at + 1 - base;
          if (this.end - this.methodStart > maxLength) return this.refuse(FAULTS.lineTooLong, at - base);
          return DONE;
      }
    }
    this.position = at - base;
    return end >= limit ? this.refuse(FAULTS.lineTooLong, at - base) : MORE;
  }

  /** Skips the bytes of a path, and notes whether it could be other than normal. */
  private scanPath(buffer: Buffer, at: number, stop: number): number {
    let previous = this.previous;
    for (; at < stop; at++) {
      const kind = TARGET[buffer[at]!]!;
      if (kind === TARGET_PLAIN) {
        previous = TARGET_PLAIN;
        continue;
      }
      if (kind === TARGET_NO || kind === TARGET_QUESTION || kind === TARGET_QUERY_ONLY) break;
      if (kind !== TARGET_SLASH && kind !== TARGET_DOT) this.isNormal = false;
      else if (previous === TARGET_SLASH) this.isNormal = false;
      previous = kind;
    }
    this.previous = previous;
    return at;
  }

  private readVersion(buffer: Buffer, start: number, end: number): Fault | null {
    if (end === start) return FAULTS.noVersion;
    if (end - start !== VERSION_LENGTH) return FAULTS.badVersion;
    for (let at = 0; at < 5; at++) if (buffer[start + at] !== 'HTTP/'.charCodeAt(at)) return FAULTS.badVersion;
    const major = buffer[start + 5]! - 0x30;
    const minor = buffer[start + 7]! - 0x30;
    if (major < 0 || major > 9 || buffer[start + 6] !== 0x2e || minor < 0 || minor > 9) return FAULTS.badVersion;
    if (major !== 1 || minor > 1) return FAULTS.unknownVersion;
    this.minor = minor;
    return null;
  }

  private refuse(fault: Fault, at: number): number {
    this.fault = fault;
    this.position = at;
    return REFUSED;
  }
}

function targetFault(byte: number): Fault {
  if (byte === LF) return FAULTS.bareLf;
  return byte === CR ? FAULTS.noVersion : FAULTS.badTarget;
}

/** The common methods without making a string. */
function methodName(buffer: Buffer, start: number, end: number): string {
  if (end - start === 3) {
    if (buffer[start] === 0x47 && buffer[start + 1] === 0x45 && buffer[start + 2] === 0x54) return 'GET';
  } else if (end - start === 4) {
    if (
      buffer[start] === 0x50 &&
      buffer[start + 1] === 0x4f &&
      buffer[start + 2] === 0x53 &&
      buffer[start + 3] === 0x54
    ) {
      return 'POST';
    }
  }
  return latin1(buffer, start, end);
}
