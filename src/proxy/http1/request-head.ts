import type { RequestOrigin, RequestView } from '../route/request-view.ts';
import { latin1 } from './bytes.ts';
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
import { CONNECTION, CONTENT_LENGTH, EXPECT, NOMINATED, TE, TRANSFER_ENCODING, UPGRADE } from './known-field.ts';
import type { MessageLimits } from './limits.ts';
import { RequestLine } from './request-line.ts';
import { type NormalisePath, RequestTarget } from './request-target.ts';
import type { MessageWriter } from './writer.ts';

/**
 * Protocols that a connection is never changed to: behind a 101 for h2c the client would speak HTTP to the backend, and
 * no rule would see it.
 */
const HTTP_OR_TLS = /(?:^|[\s,])(?:h2|http\/|tls\/)/i;

/**
 * Strict, incremental parser of a request head (RFC 9112 sections 2 to 3, 5 and 6), and the request as matching sees it.
 *
 * `parse` may be called with any split of the bytes. All positions are relative to the first byte of the message, so the
 * owner may move the bytes and call `rebase`. An instance is reused for all requests of a connection.
 */
export class RequestHead implements RequestView {
  readonly fields: FieldSection;
  readonly target: RequestTarget;
  private readonly requestLine: RequestLine;
  private hasLine!: boolean;
  fault!: Fault | null;
  /** Offset of the byte that was refused. */
  faultAt!: number;
  /** Bytes of the head, once it is complete. */
  length!: number;
  /** NO_BODY, LENGTH or CHUNKED. */
  framing!: number;
  /** Bytes of the body when `framing` is LENGTH. */
  bodyLength!: number;
  /** Whether the connection may serve another request after this one. */
  keepAlive!: boolean;
  /** Whether the client asks to change the protocol (RFC 9110 section 7.8). */
  upgrade!: boolean;
  /** Whether the client waits for 100 before it sends the body (RFC 9110 section 10.1.1). */
  expectsContinue!: boolean;
  /** What it came by; null in tests of the parser. */
  origin: RequestOrigin | null;
  private readonly limits: MessageLimits;
  private position!: number;

  constructor(limits: MessageLimits, normalise: NormalisePath) {
    this.fields = new FieldSection(NOTHING);
    this.requestLine = new RequestLine();
    this.target = new RequestTarget(this.requestLine, this.fields, normalise);
    this.limits = limits;
    this.origin = null;
    this.reset();
  }

  /** Forgets the request, ready for the next one. */
  reset(): void {
    this.fault = null;
    this.faultAt = 0;
    this.length = 0;
    this.framing = NO_BODY;
    this.bodyLength = 0;
    this.keepAlive = false;
    this.upgrade = false;
    this.expectsContinue = false;
    this.position = 0;
    this.requestLine.reset();
    this.target.reset();
    this.hasLine = false;
    this.fields.reset(0);
  }

  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  get minor(): number {
    return this.requestLine.minor;
  }

  /** Whether no byte of a request has been seen since `reset`. */
  get isEmpty(): boolean {
    return this.requestLine.isEmpty;
  }

  /**
   * Parses `buffer[base, end)`, of which the bytes that an earlier call saw are not looked at again. MORE, DONE (then
   * `length` bytes belong to the head) or REFUSED (then `fault` and `faultAt` say why and where).
   */
  parse(buffer: Buffer, base: number, end: number): number {
    this.fields.rebase(buffer, base);
    if (!this.hasLine) {
      const line = this.requestLine;
      const result = line.parse(buffer, base, end, this.limits.requestLine);
      if (result === REFUSED) return this.refuse(line.fault!, base + line.position);
      if (result !== DONE) return result;
      this.hasLine = true;
      this.fields.reset(line.position);
    }
    const limit = base + this.limits.headBytes;
    const result = this.fields.scan(buffer, base, end < limit ? end : limit, this.limits.fields);
    this.position = this.fields.position;
    if (result === MORE) return end >= limit ? this.refuse(FAULTS.headTooLarge, base + this.position) : MORE;
    if (result === REFUSED) return this.refuse(this.fields.fault!, base + this.position);
    this.length = this.position;
    return this.finish(buffer, base);
  }

  /** The body gets another form, of unknown length: what the head says of it is not passed on. */
  recode(): void {
    const { fields } = this;
    for (let index = fields.find(CONTENT_LENGTH); index !== -1; index = fields.find(CONTENT_LENGTH, index + 1)) {
      fields.mark(index, NOMINATED);
    }
    this.framing = CHUNKED;
  }

  /** Tells where the head's bytes have moved. */
  rebase(buffer: Buffer, base: number): void {
    this.fields.rebase(buffer, base);
  }

  get method(): string {
    return this.requestLine.method(this.fields.buffer, this.fields.base);
  }

  get path(): string {
    return this.target.path;
  }

  get query(): string {
    return this.target.query;
  }

  get host(): string {
    return this.target.host;
  }

  get authority(): string {
    return this.target.authority;
  }

  /** Whether the client has said that it takes trailers (RFC 9110 section 10.1.4). */
  get acceptsTrailers(): boolean {
    const value = this.fields.has(TE) ? this.header('te') : null;
    return value !== null && /(?:^|,)[ \t]*trailers[ \t]*(?:,|$)/i.test(value);
  }

  header(name: string): string | null {
    return this.fields.get(name);
  }

  get clientAddress(): string {
    const { origin } = this;
    return origin === null ? '' : origin.runtime.trusted.clientOf(origin.peer, this.header('x-forwarded-for'));
  }

  get scheme(): 'http' | 'https' {
    return this.origin?.site.scheme ?? 'http';
  }

  get sni(): string {
    return this.origin?.sni ?? '';
  }

  /** Writes a request line with its CRLF, in origin form. What is null is as the client has it. */
  writeLine(
    writer: MessageWriter,
    path: string | null,
    query: string | null = null,
    method: string | null = null,
  ): void {
    const { buffer, base } = this.fields;
    if (method === null) {
      writer.bytes(buffer, base + this.requestLine.methodStart, base + this.requestLine.methodEnd + 1);
    } else {
      writer.text(method);
      writer.text(' ');
    }
    writer.text(path ?? this.path);
    // Of a path of our own an empty query is no part: its question mark says nothing.
    const isEmpty = path !== null && this.requestLine.targetEnd - this.requestLine.queryStart === 1;
    if (query !== null) writer.text(query);
    else if (this.requestLine.queryStart !== -1 && !isEmpty)
      writer.bytes(buffer, base + this.requestLine.queryStart, base + this.requestLine.targetEnd);
    writer.text(' HTTP/1.1\r\n');
  }

  /**
   * Makes another request of this one: `head` is a head with `count` fields that has the same Host, the same framing and the
   * same version. What the connection and the body depend on stays as it was. False, and nothing is changed, when it cannot be
   * read.
   */
  revise(head: Buffer, count: number): boolean {
    const { buffer, base } = this.fields;
    const { bodyLength, expectsContinue, framing, keepAlive, length, target, upgrade } = this;
    const { scheme } = target;
    this.reset();
    const isRead =
      this.parse(head, 0, head.length) === DONE && this.length === head.length && this.fields.count === count;
    if (!isRead) {
      this.reset();
      this.parse(buffer, base, base + length);
    }
    this.bodyLength = bodyLength;
    this.expectsContinue = expectsContinue;
    this.framing = framing;
    this.keepAlive = keepAlive;
    target.scheme = scheme;
    this.upgrade = upgrade;
    return isRead;
  }

  /** The request line as received, without CRLF; empty while it is not complete. For logs. */
  get line(): string {
    const { buffer, base } = this.fields;
    return this.hasLine ? latin1(buffer, base + this.requestLine.methodStart, base + this.requestLine.end) : '';
  }

  /** What only the complete head can tell: authority, framing, persistence. */
  private finish(buffer: Buffer, base: number): number {
    const fault = this.target.read(buffer, base) ?? this.readFraming() ?? this.readConnection();
    return fault === null ? DONE : this.refuse(fault, base + this.length);
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
