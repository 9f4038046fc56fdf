import { latin1 } from './bytes.ts';
import { FAULTS, type Fault } from './fault.ts';
import type { FieldSection } from './field-section.ts';
import { isWord } from './framing.ts';
import { hostLength } from './host.ts';
import { HOST_FIELD } from './known-field.ts';
import type { RequestLine } from './request-line.ts';
import type { MessageWriter } from './writer.ts';

const ASTERISK = 0x2a;
const SLASH = 0x2f;
const AT = 0x40;

/** Makes a path of a target normal; null when it has an encoding that is not valid. */
export type NormalisePath = (raw: string) => string | null;

/**
 * What a request is for, as its request line and its Host tell together (RFC 9112 sections 3.2 and 3.3): scheme, authority,
 * path and query. They are ranges of the head, relative to its first byte, until somebody asks for them.
 */
export class RequestTarget {
  /** Of a target in absolute form: `http`, `https`, or `''` for the other forms. */
  scheme!: string;
  private readonly line: RequestLine;
  private readonly fields: FieldSection;
  private readonly normalise: NormalisePath;
  private pathStart!: number;
  private hostStart!: number;
  private hostEnd!: number;
  private authorityEnd!: number;
  private pathText!: string | null;
  private queryText!: string | null;
  private hostText!: string | null;

  /** Of the head that `line` and `fields` are those of. */
  constructor(line: RequestLine, fields: FieldSection, normalise: NormalisePath) {
    this.line = line;
    this.fields = fields;
    this.normalise = normalise;
    this.reset();
  }

  reset(): void {
    this.scheme = '';
    this.pathStart = 0;
    this.hostStart = 0;
    this.hostEnd = 0;
    this.authorityEnd = 0;
    this.pathText = null;
    this.queryText = null;
    this.hostText = null;
  }

  get path(): string {
    if (this.pathText === null) {
      const { buffer, base } = this.fields;
      const end = this.pathEnd;
      this.pathText = end === this.pathStart ? '/' : latin1(buffer, base + this.pathStart, base + end);
    }
    return this.pathText;
  }

  get query(): string {
    if (this.queryText === null) {
      const { buffer, base } = this.fields;
      const { queryStart, targetEnd } = this.line;
      this.queryText = queryStart === -1 ? '' : latin1(buffer, base + queryStart, base + targetEnd);
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

  /** The authority in lower case. */
  get lowerAuthority(): string {
    const { host } = this;
    return this.authorityEnd - this.hostStart === host.length ? host : this.authority.toLowerCase();
  }

  get hasAuthority(): boolean {
    return this.authorityEnd > this.hostStart;
  }

  writeAuthority(writer: MessageWriter): void {
    const { buffer, base } = this.fields;
    writer.bytes(buffer, base + this.hostStart, base + this.authorityEnd);
  }

  /** Reads it when the head is complete; null, or what is wrong with it. */
  read(buffer: Buffer, base: number): Fault | null {
    const { fields, line } = this;
    if (isWord(buffer, base + line.methodStart, base + line.methodEnd, 'connect')) return FAULTS.connect;
    const host = fields.find(HOST_FIELD);
    if (host === -1) {
      if (line.minor === 1) return FAULTS.missingHost;
    } else {
      if (fields.find(HOST_FIELD, host + 1) !== -1) return FAULTS.repeatedHost;
      const length = hostLength(buffer, fields.valueStart(host), fields.valueEnd(host));
      if (length === -1) return FAULTS.badHost;
      this.hostStart = fields.valueStart(host) - base;
      this.hostEnd = this.hostStart + length;
      this.authorityEnd = fields.valueEnd(host) - base;
    }
    this.pathStart = line.targetStart;
    let { isNormal } = line;
    const first = buffer[base + this.pathStart]!;
    if (first === ASTERISK && line.targetEnd - line.targetStart === 1) {
      this.pathText = '*';
      return this.isForOptions ? null : FAULTS.badAsterisk;
    }
    if (first !== SLASH) {
      const fault = this.readAbsolute(buffer, base, host !== -1);
      if (fault !== null) return fault;
      // Scanning took the slashes after the scheme for a path.
      isNormal = isNormalPath(this.path);
    }
    if (isNormal) return null;
    const path = this.normalise(this.path);
    if (path === null) return FAULTS.badPath;
    this.pathText = path;
    return null;
  }

  /** Absolute form (RFC 9112 section 3.2.2). Its authority and the Host must be the same, or one of them lies. */
  private readAbsolute(buffer: Buffer, base: number, hasHost: boolean): Fault | null {
    const start = base + this.line.targetStart;
    const end = base + this.pathEnd;
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
    this.scheme = authority - start === 7 ? 'http' : 'https';
    this.hostStart = authority - base;
    this.hostEnd = this.hostStart + length;
    this.authorityEnd = slash - base;
    this.pathStart = slash - base;
    // An OPTIONS for the whole server has no path at all (RFC 9112 section 3.2.4).
    if (slash === end && this.line.queryStart === -1 && this.isForOptions) this.pathText = '*';
    return null;
  }

  /** Where the path ends: before the query, if there is one. */
  private get pathEnd(): number {
    const { queryStart, targetEnd } = this.line;
    return queryStart === -1 ? targetEnd : queryStart;
  }

  private get isForOptions(): boolean {
    return this.line.method(this.fields.buffer, this.fields.base) === 'OPTIONS';
  }
}

function isNormalPath(path: string): boolean {
  return !path.includes('%') && !path.includes('//') && !path.includes('/.');
}
