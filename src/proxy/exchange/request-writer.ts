import { newRequestId } from '../../observe/request-id.ts';
import { newTraceparent } from '../../observe/trace.ts';
import type { HeaderPlan } from '../filter/plan.ts';
import type { FieldSection } from '../http1/field-section.ts';
import { CHUNKED } from '../http1/framing.ts';
import {
  CONNECTION,
  CONTENT_LENGTH,
  EXPECT,
  FORWARDED,
  HOST_FIELD,
  HTTP2_SETTINGS,
  KEEP_ALIVE,
  NOMINATED,
  PROXY_CONNECTION,
  TE,
  TRACEPARENT,
  TRACESTATE,
  TRANSFER_ENCODING,
  UNKNOWN,
  UPGRADE,
  X_FORWARDED_FOR,
  X_FORWARDED_HOST,
  X_FORWARDED_PORT,
  X_FORWARDED_PROTO,
  X_REQUEST_ID,
} from '../http1/known-field.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { MessageWriter } from '../http1/writer.ts';

const bit = (...ids: number[]) => ids.reduce((bits, id) => bits | (1 << id), 0);

/** Fields that end at this hop (RFC 9110 section 7.6.1), and those that are written anew below. */
const HOP = bit(
  CONNECTION,
  KEEP_ALIVE,
  PROXY_CONNECTION,
  TE,
  TRANSFER_ENCODING,
  UPGRADE,
  HTTP2_SETTINGS,
  EXPECT,
  NOMINATED,
);
/** What only the previous hop can know: a client's own word for it is dropped. */
const FORWARDING = bit(X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST, X_FORWARDED_PORT, FORWARDED);

const CRLF = '\r\n';

/** What a request is sent with beside its own fields. Filled again for every request. */
export class Forwarding {
  /** Address of the peer. */
  peer: string;
  scheme: 'http' | 'https';
  /** Port that the client connected to. */
  port: number;
  /** Whether the peer's own forwarding fields are believed and extended. */
  isTrusted: boolean;
  /** Element of `Forwarded` to send; `''` for none. */
  element: string;
  /** Whether request id and trace are new and have to be written. */
  isNewRequestId: boolean;
  isNewTrace: boolean;
  /** Whether the backend is asked for 100 (Continue) first. */
  expectsContinue: boolean;
  /** `''` while nobody has asked for the one that is made. */
  private id: string;
  private trace: string;

  constructor(peer: string, scheme: 'http' | 'https', port: number, isTrusted: boolean) {
    this.peer = peer;
    this.scheme = scheme;
    this.port = port;
    this.isTrusted = isTrusted;
    this.element = '';
    this.isNewRequestId = false;
    this.isNewTrace = false;
    this.expectsContinue = false;
    this.id = '';
    this.trace = '';
  }

  /** Takes what came with a request; `''` where there is nothing that could be used. */
  identify(requestId: string, traceparent: string): void {
    this.isNewRequestId = requestId === '';
    this.isNewTrace = traceparent === '';
    this.id = requestId;
    this.trace = traceparent;
  }

  get requestId(): string {
    if (this.id === '') this.id = newRequestId();
    return this.id;
  }

  get traceparent(): string {
    if (this.trace === '') this.trace = newTraceparent();
    return this.trace;
  }

  set traceparent(value: string) {
    this.trace = value;
  }
}

/**
 * Writes the request line and header section for a backend.
 *
 * `method`, `path`, `query` and `hostname` are null where they go out as they came in; `fallbackHost` is what a request without Host gets.
 */
export function writeRequestHead(
  writer: MessageWriter,
  head: RequestHead,
  method: string | null,
  path: string | null,
  query: string | null,
  hostname: string | null,
  fallbackHost: string,
  plan: HeaderPlan,
  forwarding: Forwarding,
): void {
  head.writeLine(writer, path, query, method);
  const fields = head.fields;
  let drop = HOP;
  const keepsHost = hostname === null && head.target.scheme === '' && fields.has(HOST_FIELD);
  if (!keepsHost) {
    drop |= bit(HOST_FIELD);
    writer.text('Host: ');
    writer.text(hostname ?? (head.authority === '' ? fallbackHost : head.authority));
    writer.text(CRLF);
  }
  if (!forwarding.isTrusted) drop |= FORWARDING;
  else drop |= bit(X_FORWARDED_FOR) | (forwarding.element === '' ? 0 : bit(FORWARDED));
  if (forwarding.isNewRequestId) drop |= bit(X_REQUEST_ID);
  if (forwarding.isNewTrace) drop |= bit(TRACEPARENT, TRACESTATE);
  copyFields(writer, fields, drop, plan.drop);
  writeForwarding(writer, head, forwarding);
  writePlan(writer, plan);
  if (head.framing === CHUNKED) writer.text('Transfer-Encoding: chunked\r\n');
  if (forwarding.expectsContinue) writer.text('Expect: 100-continue\r\n');
  writeConnection(writer, head);
  writer.text(CRLF);
}

function writeForwarding(writer: MessageWriter, head: RequestHead, forwarding: Forwarding): void {
  const { fields } = head;
  writer.text('X-Forwarded-For: ');
  if (forwarding.isTrusted && fields.has(X_FORWARDED_FOR)) {
    writer.text(head.header('x-forwarded-for')!);
    writer.text(', ');
  }
  writer.text(forwarding.peer);
  writer.text(CRLF);
  const trusted = forwarding.isTrusted;
  if (!trusted || !fields.has(X_FORWARDED_PROTO)) {
    writer.text(forwarding.scheme === 'http' ? 'X-Forwarded-Proto: http\r\n' : 'X-Forwarded-Proto: https\r\n');
  }
  if ((!trusted || !fields.has(X_FORWARDED_HOST)) && head.target.hasAuthority) {
    writer.text('X-Forwarded-Host: ');
    head.target.writeAuthority(writer);
    writer.text(CRLF);
  }
  if (!trusted || !fields.has(X_FORWARDED_PORT)) {
    writer.text('X-Forwarded-Port: ');
    writer.decimal(forwarding.port);
    writer.text(CRLF);
  }
  if (forwarding.element !== '') {
    writer.text('Forwarded: ');
    if (trusted && fields.has(FORWARDED)) {
      writer.text(head.header('forwarded')!);
      writer.text(', ');
    }
    writer.text(forwarding.element);
    writer.text(CRLF);
  }
  if (forwarding.isNewRequestId) {
    writer.text('X-Request-Id: ');
    writer.text(forwarding.requestId);
    writer.text(CRLF);
  }
  if (forwarding.isNewTrace) {
    writer.text('traceparent: ');
    writer.text(forwarding.traceparent);
    writer.text(CRLF);
  }
}

/** Connection for the next hop: an upgrade, or TE for trailers, must be nominated (RFC 9110 sections 7.8 and 10.1.4). */
function writeConnection(writer: MessageWriter, head: RequestHead): void {
  if (head.upgrade) {
    writer.text('Connection: Upgrade\r\nUpgrade: ');
    writer.text(head.header('upgrade')!);
    writer.text(CRLF);
  } else if (head.fields.has(TE) && head.acceptsTrailers) {
    writer.text('Connection: TE\r\nTE: trailers\r\n');
  }
}

/** Writes the lines that a plan adds. */
export function writePlan(writer: MessageWriter, { block, lines }: HeaderPlan): void {
  if (block !== null) {
    if (block.length > 0) writer.bytes(block, 0, block.length);
    return;
  }
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (line.write !== undefined) {
      line.write(writer);
      continue;
    }
    writer.text(line.name);
    writer.text(': ');
    writer.utf8(line.value);
    writer.text(CRLF);
  }
}

/** Copies field lines in runs, without those whose id is in `drop` or whose name is in `names`. */
export function copyFields(writer: MessageWriter, fields: FieldSection, drop: number, names: readonly string[]): void {
  const count = fields.count;
  if (count === 0) return;
  if ((fields.seen & drop) === 0 && names.length === 0) {
    writer.bytes(fields.buffer, fields.lineStart(0), fields.lineEnd(count - 1));
    return;
  }
  const lengths = lengthsOf(names);
  let run = -1;
  for (let index = 0; index < count; index++) {
    const id = fields.id(index);
    const mayBeNamed = (lengths & (1 << fields.nameLength(index))) !== 0;
    const keeps = (id === UNKNOWN || (drop & (1 << id)) === 0) && !(mayBeNamed && isAmong(fields, index, names));
    if (keeps) {
      if (run === -1) run = index;
    } else if (run !== -1) {
      writer.bytes(fields.buffer, fields.lineStart(run), fields.lineEnd(index - 1));
      run = -1;
    }
  }
  if (run !== -1) writer.bytes(fields.buffer, fields.lineStart(run), fields.lineEnd(count - 1));
}

/** Which lengths names have, modulo 32, as a bit set: most fields are none of them, and that is seen at once. */
function lengthsOf(names: readonly string[]): number {
  let lengths = 0;
  for (let index = 0; index < names.length; index++) lengths |= 1 << names[index]!.length;
  return lengths;
}

function isAmong(fields: FieldSection, index: number, names: readonly string[]): boolean {
  for (let at = 0; at < names.length; at++) if (fields.isNamed(index, names[at]!)) return true;
  return false;
}

/** Trailers never frame, route or authenticate a message (RFC 9110 section 6.5.1). */
const NOT_IN_TRAILERS = HOP | FORWARDING | bit(HOST_FIELD, CONTENT_LENGTH, X_REQUEST_ID, TRACEPARENT, TRACESTATE);
const NOT_IN_TRAILERS_NAMES = ['authorization', 'cookie', 'set-cookie', 'content-encoding', 'content-type', 'trailer'];

/** Whether a field may be passed on behind the body. */
export function isTrailer(trailers: FieldSection, index: number): boolean {
  const id = trailers.id(index);
  return (id === UNKNOWN || (NOT_IN_TRAILERS & (1 << id)) === 0) && !isAmong(trailers, index, NOT_IN_TRAILERS_NAMES);
}

/** Writes a trailer section with the empty line that ends it. */
export function writeTrailers(writer: MessageWriter, trailers: FieldSection): void {
  copyFields(writer, trailers, NOT_IN_TRAILERS, NOT_IN_TRAILERS_NAMES);
  writer.text(CRLF);
}
