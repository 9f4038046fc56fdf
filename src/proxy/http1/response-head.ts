import { CR, LF, SP, VALUE } from './bytes.ts';
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
  KEEP,
  LENGTH,
  NO_BODY,
  UNTIL_CLOSE,
  UPGRADES,
} from './framing.ts';
import { CONNECTION, CONTENT_LENGTH, NOMINATED, TRANSFER_ENCODING, UPGRADE } from './known-field.ts';
import type { MessageLimits } from './limits.ts';

const VERSION = 0;
const STATUS = 1;
const AFTER_STATUS = 2;
const REASON = 3;
const LINE_LF = 4;
const FIELDS = 5;

const VERSION_LENGTH = 8;
const NOTHING = Buffer.alloc(0);

/**
 * Strict, incremental parser of a response head (RFC 9112 sections 4 to 6). It is used as RequestHead is. The status of
 * its faults means nothing to a client: a backend that breaks the rules costs a 502.
 */
export class ResponseHead {
  readonly fields: FieldSection;
  fault!: Fault | null;
  faultAt!: number;
  /** Bytes of the head, once it is complete. */
  length!: number;
  minor!: number;
  status!: number;
  /** NO_BODY, LENGTH, CHUNKED or UNTIL_CLOSE. */
  framing!: number;
  /** Bytes of the body when `framing` is LENGTH; otherwise the Content-Length that the head announces, or -1. */
  bodyLength!: number;
  /** Whether the connection may be used for another request after this response. */
  keepAlive!: boolean;
  /** Whether this is a 101 that names the protocol it changes to. */
  upgrade!: boolean;
  /** Whether the body is sent in a coding that the head does not speak of: its length is not that of the head. */
  isRecoded!: boolean;
  private readonly limits: MessageLimits;
  private state!: number;
  private position!: number;

  constructor(limits: MessageLimits) {
    this.fields = new FieldSection(NOTHING);
    this.limits = limits;
    this.reset();
  }

  reset(): void {
    this.fault = null;
    this.faultAt = 0;
    this.length = 0;
    this.minor = 1;
    this.status = 0;
    this.framing = NO_BODY;
    this.bodyLength = -1;
    this.keepAlive = false;
    this.upgrade = false;
    this.isRecoded = false;
    this.state = VERSION;
    this.position = 0;
    this.fields.reset(0);
  }

  /** Parses `buffer[base, end)`; `method` is that of the request, which decides whether there is a body. */
  parse(buffer: Buffer, base: number, end: number, method: string): number {
    this.fields.rebase(buffer, base);
    const limit = base + this.limits.headBytes;
    const stop = end < limit ? end : limit;
    if (this.state !== FIELDS) {
      const result = this.parseLine(buffer, base, stop);
      if (result === MORE && end >= limit) return this.refuse(FAULTS.headTooLarge, stop);
      if (result !== DONE) return result;
      this.state = FIELDS;
      this.fields.reset(this.position);
    }
    const result = this.fields.scan(buffer, base, stop, this.limits.fields);
    this.position = this.fields.position;
    if (result === MORE) return end >= limit ? this.refuse(FAULTS.headTooLarge, base + this.position) : MORE;
    if (result === REFUSED) return this.refuse(this.fields.fault!, base + this.position);
    this.length = this.position;
    const fault = this.readFraming(method) ?? this.readConnection();
    return fault === null ? DONE : this.refuse(fault, base + this.length);
  }

  rebase(buffer: Buffer, base: number): void {
    this.fields.rebase(buffer, base);
  }

  /** The body gets another form, with `length` bytes or (-1) of unknown length: what the head says of it is not passed on. */
  recode(length: number): void {
    const { fields } = this;
    for (let index = fields.find(CONTENT_LENGTH); index !== -1; index = fields.find(CONTENT_LENGTH, index + 1)) {
      fields.mark(index, NOMINATED);
    }
    this.framing = length < 0 ? UNTIL_CLOSE : LENGTH;
    this.bodyLength = length;
    this.isRecoded = true;
  }

  /** All values of a field joined with `, `, null when absent. `name` is in lower case. */
  header(name: string): string | null {
    return this.fields.get(name);
  }

  private parseLine(buffer: Buffer, base: number, stop: number): number {
    let at = base + this.position;
    while (at < stop) {
      const byte = buffer[at]!;
      switch (this.state) {
        case VERSION:
          if (!this.isVersionByte(at - base, byte)) return this.refuse(FAULTS.badStatusLine, at);
          at++;
          if (at - base === VERSION_LENGTH + 1) this.state = STATUS;
          break;
        case STATUS:
          if (byte < 0x30 || byte > 0x39) return this.refuse(FAULTS.badStatusLine, at);
          this.status = this.status * 10 + byte - 0x30;
          at++;
          if (at - base === VERSION_LENGTH + 4) this.state = AFTER_STATUS;
          break;
        case AFTER_STATUS:
          // The space belongs to an empty reason too, but many servers leave it out, and nothing depends on it.
          if (this.status < 100 || this.status > 599) return this.refuse(FAULTS.badStatusLine, at);
          if (byte === SP) at++;
          else if (byte !== CR) return this.refuse(byte === LF ? FAULTS.bareLf : FAULTS.badStatusLine, at);
          this.state = REASON;
          break;
        case REASON:
          while (at < stop && VALUE[buffer[at]!] !== 0) at++;
          if (at === stop) break;
          if (buffer[at] !== CR) return this.refuse(buffer[at] === LF ? FAULTS.bareLf : FAULTS.badStatusLine, at);
          at++;
          this.state = LINE_LF;
          break;
        default:
          if (byte !== LF) return this.refuse(FAULTS.bareCr, at - 1);
          this.position = at + 1 - base;
          return DONE;
      }
    }
    this.position = at - base;
    return MORE;
  }

  private isVersionByte(index: number, byte: number): boolean {
    if (index < 7) return byte === 'HTTP/1.'.charCodeAt(index);
    if (index === VERSION_LENGTH) return byte === SP;
    this.minor = byte - 0x30;
    return this.minor === 0 || this.minor === 1;
  }

  private readFraming(method: string): Fault | null {
    const fields = this.fields;
    const coded = fields.has(TRANSFER_ENCODING);
    if (coded) {
      if (fields.has(CONTENT_LENGTH)) return FAULTS.lengthAndCoding;
      if (this.minor === 0) return FAULTS.codingInHttp10;
      const fault = codingFault(fields);
      if (fault !== null) return fault;
    }
    if (isRepeated(fields, CONTENT_LENGTH)) return FAULTS.repeatedLength;
    this.bodyLength = contentLength(fields);
    if (this.bodyLength === -2) return FAULTS.badLength;
    if (this.status < 200 || this.status === 204) {
      // RFC 9112 section 6.1 and RFC 9110 section 8.6 forbid both; an explicit length of 0 is a common, harmless slip.
      if (coded || this.bodyLength > 0) return FAULTS.codingWithoutBody;
      this.framing = NO_BODY;
    } else if (method === 'HEAD' || this.status === 304) {
      this.framing = NO_BODY;
    } else if (coded) {
      this.framing = CHUNKED;
    } else if (this.bodyLength >= 0) {
      this.framing = this.bodyLength === 0 ? NO_BODY : LENGTH;
    } else {
      this.framing = UNTIL_CLOSE;
    }
    return null;
  }

  private readConnection(): Fault | null {
    const fields = this.fields;
    const options = fields.has(CONNECTION) ? connectionOptions(fields) : 0;
    if ((options & BAD_CONNECTION) !== 0) return FAULTS.badConnection;
    this.keepAlive =
      this.framing !== UNTIL_CLOSE && (options & CLOSE) === 0 && (this.minor === 1 || (options & KEEP) !== 0);
    this.upgrade = this.status === 101 && (options & UPGRADES) !== 0 && fields.has(UPGRADE);
    return null;
  }

  private refuse(fault: Fault, at: number): number {
    this.fault = fault;
    this.faultAt = at - this.fields.base;
    return REFUSED;
  }
}
