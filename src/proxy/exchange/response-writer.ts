import type { DirectResponse, HeaderPlan, WrittenHead } from '../filter/plan.ts';
import { LENGTH } from '../http1/framing.ts';
import {
  CONNECTION,
  CONTENT_LENGTH,
  DATE,
  KEEP_ALIVE,
  NOMINATED,
  PROXY_CONNECTION,
  TE,
  TRANSFER_ENCODING,
  UPGRADE,
} from '../http1/known-field.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import type { MessageWriter } from '../http1/writer.ts';
import { copyFields, writePlan } from './request-writer.ts';

const bit = (...ids: number[]) => ids.reduce((bits, id) => bits | (1 << id), 0);

const HOP = bit(CONNECTION, KEEP_ALIVE, PROXY_CONNECTION, TE, TRANSFER_ENCODING, UPGRADE, NOMINATED);
const CR = 0x0d;

/** The value of Date, made once a second. */
let dateText = '';
let dateSecond = -1;

/** The line of Date. */
function date(): string {
  return `Date: ${dateValue()}\r\n`;
}

export function dateValue(): string {
  const now = Date.now();
  const second = Math.floor(now / 1_000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(now).toUTCString();
  }
  return dateText;
}

/** What of a response head is up to this hop. */
export type ResponseFraming = {
  /** Whether the body is sent in chunks. */
  isChunked: boolean;
  /** Whether the connection ends after this response. */
  closes: boolean;
  /** HTTP/1.0 has to be told that a connection persists (RFC 9112 section 9.3). */
  saysKeepAlive: boolean;
};

/** The known fields that are not passed on. */
export function responseDrops(head: ResponseHead): number {
  // RFC 9110 section 8.6: no Content-Length in 1xx and 204.
  return head.status < 200 || head.status === 204 ? HOP | bit(CONTENT_LENGTH) : HOP;
}

/** Writes the head of a backend's response for the client. `cors` comes after `plan`. */
export function writeResponseHead(
  writer: MessageWriter,
  head: ResponseHead,
  plan: HeaderPlan | null,
  cors: HeaderPlan | null,
  framing: ResponseFraming,
): void {
  const fields = head.fields;
  writeStatusLine(writer, head);
  let drop = responseDrops(head);
  if (head.status === 101 || head.status === 426) drop &= ~bit(UPGRADE);
  if (plan === null || (plan.drop.length === 0 && (cors === null || cors.drop.length === 0))) {
    copyFields(writer, fields, drop, NONE);
  } else {
    copyFields(writer, fields, drop, cors === null ? plan.drop : [...plan.drop, ...cors.drop]);
  }
  if (plan !== null) writePlan(writer, plan);
  if (cors !== null) writePlan(writer, cors);
  if (head.status >= 200 && !fields.has(DATE)) writer.text(date());
  if (framing.isChunked) writer.text('Transfer-Encoding: chunked\r\n');
  else if (head.isRecoded && head.framing === LENGTH) writer.text(`Content-Length: ${head.bodyLength}\r\n`);
  if (head.status === 101) writer.text('Connection: Upgrade\r\n');
  else if (framing.closes)
    writer.text(head.status === 426 ? 'Connection: close, Upgrade\r\n' : 'Connection: close\r\n');
  else if (head.status === 426) writer.text('Connection: Upgrade\r\n');
  else if (framing.saysKeepAlive) writer.text('Connection: keep-alive\r\n');
  writer.text('\r\n');
}

const NONE: readonly string[] = [];

function writeStatusLine(writer: MessageWriter, head: ResponseHead): void {
  const { fields } = head;
  const { buffer, base } = fields;
  const end = fields.count > 0 ? fields.lineStart(0) : base + head.length - 2;
  writer.text('HTTP/1.1 ');
  if (buffer[base + 12] === CR) {
    writer.decimal(head.status);
    writer.text(' \r\n');
  } else {
    writer.bytes(buffer, base + 9, end);
  }
}

export const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  413: 'Content Too Large',
  414: 'URI Too Long',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};

/**
 * Writes a response of our own, whole, and returns the bytes of its body. Without `hasBody` (HEAD) its length is still
 * told.
 */
export function writeDirectResponse(
  writer: MessageWriter,
  response: DirectResponse,
  plan: HeaderPlan | null,
  cors: HeaderPlan | null,
  framing: ResponseFraming,
  hasBody: boolean,
): number {
  const { headers } = response;
  const written = dropsAny(plan) || dropsAny(cors) ? undefined : response.written;
  let hasDate = false;
  if (written === undefined) writer.text(statusLine(response.status));
  else {
    writer.bytes(written.bytes, 0, written.bytes.length);
    hasDate = written.hasDate;
  }
  for (let index = written?.count ?? 0; index < headers.length; index++) {
    const [name, value] = headers[index]!;
    if (isDropped(plan, name) || isDropped(cors, name)) continue;
    writer.text(`${name}: ${value}\r\n`);
    if (isDate(name)) hasDate = true;
  }
  if (plan !== null) writePlan(writer, plan);
  if (cors !== null) writePlan(writer, cors);
  const body = typeof response.body === 'string' ? Buffer.from(response.body) : response.body;
  if (!hasDate) writer.text(date());
  const length = contentLengthOf(response, body);
  if (length >= 0) writer.text(`Content-Length: ${length}\r\n`);
  if (framing.closes) writer.text('Connection: close\r\n');
  else if (framing.saysKeepAlive) writer.text('Connection: keep-alive\r\n');
  writer.text('\r\n');
  if (!hasBody) return 0;
  writer.bytes(body, 0, body.length);
  return body.length;
}

function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n`;
}

/** What `writeDirectResponse` writes first of an answer with these headers. */
export function writtenHead(status: number, headers: DirectResponse['headers']): WrittenHead {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const hasDate = headers.some(([name]) => isDate(name));
  return { bytes: Buffer.from(statusLine(status) + lines, 'latin1'), count: headers.length, hasDate };
}

function dropsAny(plan: HeaderPlan | null): boolean {
  return plan !== null && plan.drop.length > 0;
}

export function isDate(name: string): boolean {
  return name.length === 4 && name.toLowerCase() === 'date';
}

/** The Content-Length to tell; -1: none (RFC 9110 section 8.6). */
export function contentLengthOf({ length, status }: DirectResponse, body: Buffer): number {
  return status === 204 || status === 304 ? -1 : (length ?? body.length);
}

export function isDropped(plan: HeaderPlan | null, name: string): boolean {
  return plan !== null && plan.drop.length > 0 && plan.drop.includes(name.toLowerCase());
}

/** A short text for people who see an error in their browser or log. `retryAfter`: seconds; 0 is not told. */
export function errorBody(status: number, retryAfter = 0): DirectResponse {
  const text = `${status} ${REASONS[status] ?? ''}\n`;
  const headers: [string, string][] = [['Content-Type', 'text/plain; charset=utf-8']];
  if (retryAfter > 0) headers.push(['Retry-After', String(retryAfter)]);
  return { status, headers, body: text };
}
