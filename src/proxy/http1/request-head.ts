import type { RequestView } from '../route/request-view.ts';
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
import { FieldSection } from './field-section.ts';
import {
  BAD_CONNECTION,
  CHUNKED,
  CLOSE,
  codingFault,
  connectionOptions,
  contentLength,
  isRepeated,
  isWord,
  KEEP,
  LENGTH,
  NO_BODY,
  UPGRADES,
} from './framing.ts';
import { hostLength } from './host.ts';
import { CONNECTION, CONTENT_LENGTH, EXPECT, HOST_FIELD, TE, TRANSFER_ENCODING, UPGRADE } from './known-field.ts';
import { MAX_METHOD, type MessageLimits } from './limits.ts';
import type { MessageWriter } from './writer.ts';

const START = 0;
const START_LF = 1;
const METHOD = 2;
const TARGET_START = 3;
const PATH = 4;
const QUERY = 5;
const VERSION = 6;
const LINE_LF = 7;
const FIELDS = 8;

const ASTERISK = 0x2a;
const SLASH = 0x2f;
const QUESTION = 0x3f;
const AT = 0x40;
const VERSION_LENGTH = 8;

/**
 * Protocols that a connection is never changed to: behind a 101 for h2c the client would speak HTTP to the backend, and
 * no rule would see it.
 */
const HTTP_OR_TLS = /(?:^|[\s,])(?:h2|http\/|tls\/)/i;

/** Makes a path of a target normal; null when it has an encoding that is not valid. */
export type NormalisePath = (raw: string) => string | null;

/**
 * Strict, incremental parser of a request head (RFC 9112 sections 2 to 3, 5 and 6), and the request as matching sees it.
 *
 * `parse` may be called with any split of the bytes. All positions are relative to the first byte of the message, so the
 * owner may move the bytes and call `rebase`. An instance is reused for all requests of a connection.
 */
export class RequestHead implements RequestView {
  readonly fields: FieldSection;
  fault: Fault | null;
  /** Offset of the byte that was refused. */
  faultAt: number;
  /** Bytes of the head, once it is complete. */
  length: number;
  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  minor: number;
  /** NO_BODY, LENGTH or CHUNKED. */
  framing: number;
  /** Bytes of the body when `framing` is LENGTH. */
  bodyLength: number;
  /** Whether the connection may serve another request after this one. */
  keepAlive: boolean;
  /** Whether the client asks to change the protocol (RFC 9110 section 7.8). */
  upgrade: boolean;
  /** Whether the client waits for 100 before it sends the body (RFC 9110 section 10.1.1). */
  expectsContinue: boolean;
  /** Scheme of a target in absolute form: `http`, `https`, or `''` for the other forms. */
  targetScheme: string;
  private readonly limits: MessageLimits;
  private readonly normalise: NormalisePath;
  private state: number;
  private position: number;
  private methodStart: number;
  private methodEnd: number;
  private targetStart: number;
  private pathStart: number;
  private queryStart: number;
  private targetEnd: number;
  private lineEnd: number;
  private hostStart: number;
  private hostEnd: number;
  private authorityEnd: number;
  private isNormal: boolean;
  private previous: number;
  private methodText: string | null;
  private pathText: string | null;
  private queryText: string | null;
  private hostText: string | null;

  constructor(limits: MessageLimits, normalise: NormalisePath) {
    this.fields = new FieldSection(NOTHING);
    this.fault = null;
    this.faultAt = 0;
    this.length = 0;
    this.minor = 1;
    this.framing = NO_BODY;
    this.bodyLength = 0;
    this.keepAlive = false;
    this.upgrade = false;
    this.expectsContinue = false;
    this.targetScheme = '';
    this.limits = limits;
    this.normalise = normalise;
    this.state = START;
    this.position = 0;
    this.methodStart = 0;
    this.methodEnd = 0;
    this.targetStart = 0;
    this.pathStart = 0;
    this.queryStart = 0;
    this.targetEnd = 0;
    this.lineEnd = 0;
    this.hostStart = 0;
    this.hostEnd = 0;
    this.authorityEnd = 0;
    this.isNormal = true;
    this.previous = 0;
    this.methodText = null;
    this.pathText = null;
    this.queryText = null;
    this.hostText = null;
  }

  /** Forgets the request, ready for the next one. */
  reset(): void {
    this.fault = null;
    this.faultAt = 0;
    this.length = 0;
    this.minor = 1;
    this.framing = NO_BODY;
    this.bodyLength = 0;
    this.keepAlive = false;
    this.upgrade = false;
    this.expectsContinue = false;
    this.targetScheme = '';
    this.state = START;
    this.position = 0;
    this.queryStart = -1;
    this.hostStart = 0;
    this.hostEnd = 0;
    this.authorityEnd = 0;
    this.isNormal = true;
    this.previous = 0;
    this.methodText = null;
    this.pathText = null;
    this.queryText = null;
    this.hostText = null;
    this.fields.reset(0);
  }

  /** Whether no byte of a request has been seen since `reset`. */
  get isEmpty(): boolean {
    return this.state <= START_LF;
  }

  /**
   * Parses `buffer[base, end)`, of which the bytes that an earlier call saw are not looked at again. MORE, DONE (then
   * `length` bytes belong to the head) or REFUSED (then `fault` and `faultAt` say why and where).
   */
  parse(buffer: Buffer, base: number, end: number): number {
    this.fields.rebase(buffer, base);
    if (this.state !== FIELDS) {
      const result = this.parseLine(buffer, base, end);
      if (result !== DONE) return result;
      this.state = FIELDS;
      this.fields.reset(this.position);
    }
    const limit = base + this.limits.headBytes;
    const result = this.fields.scan(buffer, base, end < limit ? end : limit, this.limits.fields);
    this.position = this.fields.position;
    if (result === MORE) return end >= limit ? this.refuse(FAULTS.headTooLarge, base + this.position) : MORE;
    if (result === REFUSED) return this.refuse(this.fields.fault!, base + this.position);
    this.length = this.position;
    return this.finish(buffer, base);
  }

  /** Tells where the head's bytes have moved. */
  rebase(buffer: Buffer, base: number): void {
    this.fields.rebase(buffer, base);
  }

  get method(): string {
    if (this.methodText === null) {
      const { buffer, base } = this.fields;
      this.methodText = methodName(buffer, base + this.methodStart, base + this.methodEnd);
    }
    return this.methodText;
  }

  get path(): string {
    if (this.pathText === null) {
      const { buffer, base } = this.fields;
      const end = this.queryStart === -1 ? this.targetEnd : this.queryStart;
      this.pathText = end === this.pathStart ? '/' : latin1(buffer, base + this.pathStart, base + end);
    }
    return this.pathText;
  }

  get query(): string {
    if (this.queryText === null) {
      const { buffer, base } = this.fields;
      this.queryText = this.queryStart === -1 ? '' : latin1(buffer, base + this.queryStart, base + this.targetEnd);
    }
    return this.queryText;
  }

  /** Without a dot that ends it: `shop.example.` names the same host. */
  get host(): string {
    if (this.hostText === null) {
      const { buffer, base } = this.fields;
      const host = latin1(buffer, base + this.hostStart, base + this.hostEnd).toLowerCase();
      this.hostText = host.endsWith('.') ? host.slice(0, -1) : host;
    }
    return this.hostText;
  }

  /** Host and port as received: the target's authority in absolute form, the Host field otherwise. */
  get authority(): string {
    const { buffer, base } = this.fields;
    return latin1(buffer, base + this.hostStart, base + this.authorityEnd);
  }

  get hasAuthority(): boolean {
    return this.authorityEnd > this.hostStart;
  }

  /** Whether the client has said that it takes trailers (RFC 9110 section 10.1.4). */
  get acceptsTrailers(): boolean {
    const value = this.fields.has(TE) ? this.header('te') : null;
    return value !== null && /(?:^|,)[ \t]*trailers[ \t]*(?:,|$)/i.test(value);
  }

  header(name: string): string | null {
    return this.fields.get(name);
  }

  /** Writes a request line with its CRLF, in origin form; `path` replaces the path, null leaves it. */
  writeLine(writer: MessageWriter, path: string | null): void {
    const { buffer, base } = this.fields;
    writer.bytes(buffer, base + this.methodStart, base + this.methodEnd + 1);
    writer.text(path ?? this.path);
    if (this.queryStart !== -1) writer.bytes(buffer, base + this.queryStart, base + this.targetEnd);
    writer.text(' HTTP/1.1\r\n');
  }

  writeAuthority(writer: MessageWriter): void {
    const { buffer, base } = this.fields;
    writer.bytes(buffer, base + this.hostStart, base + this.authorityEnd);
  }

  /** The request line as received, without CRLF; empty while it is not complete. For logs. */
  get line(): string {
    const { buffer, base } = this.fields;
    return this.state === FIELDS ? latin1(buffer, base + this.methodStart, base + this.lineEnd) : '';
  }

  private parseLine(buffer: Buffer, base: number, end: number): number {
    let at = base + this.position;
    // Two more for the CRLF, and two for an empty line before the request.
    const limit = base + this.limits.requestLine + 4;
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
          if (byte === LF) return this.refuse(FAULTS.bareLf, at);
          if (TOKEN[byte] === 0) return this.refuse(FAULTS.badMethod, at);
          this.methodStart = at - base;
          this.state = METHOD;
          break;
        case START_LF:
          if (byte !== LF) return this.refuse(FAULTS.bareCr, at - 1);
          at++;
          this.state = START;
          break;
        case METHOD:
          while (at < stop && TOKEN[buffer[at]!] !== 0) at++;
          if (at - base - this.methodStart > MAX_METHOD) return this.refuse(FAULTS.methodTooLong, at);
          if (at === stop) break;
          if (buffer[at] !== SP) return this.refuse(buffer[at] === LF ? FAULTS.bareLf : FAULTS.badMethod, at);
          this.methodEnd = at - base;
          at++;
          this.targetStart = at - base;
          this.state = TARGET_START;
          break;
        case TARGET_START:
          if (TARGET[byte] === TARGET_NO) return this.refuse(targetFault(byte), at);
          this.pathStart = this.targetStart;
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
          if (buffer[at] !== SP) return this.refuse(targetFault(buffer[at]!), at);
          this.targetEnd = at - base;
          at++;
          this.state = VERSION;
          break;
        case QUERY:
          while (at < stop && TARGET[buffer[at]!] !== TARGET_NO) at++;
          if (at === stop) break;
          if (buffer[at] !== SP) return this.refuse(targetFault(buffer[at]!), at);
          this.targetEnd = at - base;
          at++;
          this.state = VERSION;
          break;
        case VERSION: {
          const start = base + this.targetEnd + 1;
          while (at < stop && at - start < VERSION_LENGTH && buffer[at] !== CR && buffer[at] !== LF) at++;
          if (at === stop && at - start < VERSION_LENGTH) break;
          const fault = this.readVersion(buffer, start, at);
          if (fault !== null) return this.refuse(fault, at);
          if (at === stop) break;
          if (buffer[at] !== CR) return this.refuse(buffer[at] === LF ? FAULTS.bareLf : FAULTS.badVersion, at);
          this.lineEnd = at - base;
          at++;
          this.state = LINE_LF;
          break;
        }
        default:
          if (byte !== LF) return this.refuse(FAULTS.bareCr, at - 1);
          this.position = at + 1 - base;
          if (this.lineEnd - this.methodStart > this.limits.requestLine) return this.refuse(FAULTS.lineTooLong, at);
          return DONE;
      }
    }
    this.position = at - base;
    return end >= limit ? this.refuse(FAULTS.lineTooLong, at) : MORE;
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

  /** What only the complete head can tell: authority, framing, persistence. */
  private finish(buffer: Buffer, base: number): number {
    const fault = this.readTarget(buffer, base) ?? this.readFraming() ?? this.readConnection();
    return fault === null ? DONE : this.refuse(fault, base + this.length);
  }

  private readTarget(buffer: Buffer, base: number): Fault | null {
    const fields = this.fields;
    if (isWord(buffer, base + this.methodStart, base + this.methodEnd, 'connect')) return FAULTS.connect;
    const host = fields.find(HOST_FIELD);
    if (host === -1) {
      if (this.minor === 1) return FAULTS.missingHost;
    } else {
      if (fields.find(HOST_FIELD, host + 1) !== -1) return FAULTS.repeatedHost;
      const length = hostLength(buffer, fields.valueStart(host), fields.valueEnd(host));
      if (length === -1) return FAULTS.badHost;
      this.hostStart = fields.valueStart(host) - base;
      this.hostEnd = this.hostStart + length;
      this.authorityEnd = fields.valueEnd(host) - base;
    }
    const first = buffer[base + this.targetStart]!;
    if (first === ASTERISK && this.targetEnd - this.targetStart === 1) {
      this.pathText = '*';
      return this.method === 'OPTIONS' ? null : FAULTS.badAsterisk;
    }
    if (first !== SLASH) {
      const fault = this.readAbsolute(buffer, base, host !== -1);
      if (fault !== null) return fault;
    }
    if (this.isNormal) return null;
    const path = this.normalise(this.path);
    if (path === null) return FAULTS.badPath;
    this.pathText = path;
    return null;
  }

  /** Absolute form (RFC 9112 section 3.2.2). Its authority and the Host must be the same, or one of them lies. */
  private readAbsolute(buffer: Buffer, base: number, hasHost: boolean): Fault | null {
    const start = base + this.targetStart;
    const end = base + (this.queryStart === -1 ? this.targetEnd : this.queryStart);
    let authority = start;
    if (end - start > 7 && isWord(buffer, start, start + 7, 'http://')) authority += 7;
    else if (end - start > 8 && isWord(buffer, start, start + 8, 'https://')) authority += 8;
    else return FAULTS.badTarget;
    let slash = authority;
    while (slash < end && buffer[slash] !== SLASH) {
      if (buffer[slash] === AT) return FAULTS.badTarget;
      slash++;
    }
    const length = hostLength(buffer, authority, slash);
    if (length === -1) return FAULTS.badHost;
    if (hasHost) {
      const host = latin1(buffer, base + this.hostStart, base + this.authorityEnd).toLowerCase();
      if (!isWord(buffer, authority, slash, host)) return FAULTS.authorityMismatch;
    }
    this.targetScheme = authority - start === 7 ? 'http' : 'https';
    this.hostStart = authority - base;
    this.hostEnd = this.hostStart + length;
    this.authorityEnd = slash - base;
    this.pathStart = slash - base;
    // An OPTIONS for the whole server has no path at all (RFC 9112 section 3.2.4).
    if (slash === end && this.queryStart === -1 && this.method === 'OPTIONS') this.pathText = '*';
    // Scanning took the slashes after the scheme for a path.
    this.isNormal = isNormalPath(buffer, slash, end);
    return null;
  }

  private readFraming(): Fault | null {
    const fields = this.fields;
    if (fields.has(TRANSFER_ENCODING)) {
      if (fields.has(CONTENT_LENGTH)) return FAULTS.lengthAndCoding;
      if (this.minor === 0) return FAULTS.codingInHttp10;
      const fault = codingFault(fields);
      if (fault !== null) return fault;
      this.framing = CHUNKED;
    } else if (fields.has(CONTENT_LENGTH)) {
      if (isRepeated(fields, CONTENT_LENGTH)) return FAULTS.repeatedLength;
      this.bodyLength = contentLength(fields);
      if (this.bodyLength < 0) return FAULTS.badLength;
      this.framing = this.bodyLength === 0 ? NO_BODY : LENGTH;
    }
    return null;
  }

  private readConnection(): Fault | null {
    const fields = this.fields;
    const options = fields.has(CONNECTION) ? connectionOptions(fields) : 0;
    if ((options & BAD_CONNECTION) !== 0) return FAULTS.badConnection;
    this.keepAlive = (options & CLOSE) === 0 && (this.minor === 1 || (options & KEEP) !== 0);
    this.upgrade =
      (options & UPGRADES) !== 0 &&
      fields.has(UPGRADE) &&
      this.minor === 1 &&
      !HTTP_OR_TLS.test(fields.get('upgrade')!);
    if (!fields.has(EXPECT)) return null;
    const expect = fields.find(EXPECT);
    if (!isWord(fields.buffer, fields.valueStart(expect), fields.valueEnd(expect), '100-continue')) {
      return FAULTS.badExpect;
    }
    if (isRepeated(fields, EXPECT)) return FAULTS.badExpect;
    this.expectsContinue = this.minor === 1 && this.framing !== NO_BODY;
    return null;
  }

  private refuse(fault: Fault, at: number): number {
    this.fault = fault;
    this.faultAt = at - this.fields.base;
    return REFUSED;
  }
}

const NOTHING = Buffer.alloc(0);

function targetFault(byte: number): Fault {
  if (byte === LF) return FAULTS.bareLf;
  return byte === CR ? FAULTS.noVersion : FAULTS.badTarget;
}

function isNormalPath(buffer: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (buffer[at] === 0x25) return false;
    if (buffer[at] === SLASH && at + 1 < end && (buffer[at + 1] === SLASH || buffer[at + 1] === 0x2e)) return false;
  }
  return true;
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
