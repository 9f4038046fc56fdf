import type { OutgoingHttpHeaders } from 'node:http2';
import { isTrailer } from '../exchange/request-writer.ts';
import { dateValue, isDate, isDropped, responseDrops } from '../exchange/response-writer.ts';
import type { DirectResponse, HeaderPlan } from '../filter/plan.ts';
import { latin1 } from '../http1/bytes.ts';
import type { FieldSection } from '../http1/field-section.ts';
import { LENGTH } from '../http1/framing.ts';
import { DATE, UNKNOWN } from '../http1/known-field.ts';
import type { ResponseHead } from '../http1/response-head.ts';

/** Names and values in turn, pseudo-header fields first, as node:http2 takes them. */
export type HeaderList = string[];

const NONE: readonly string[] = [];

/** The header list of a backend's response for an HTTP/2 client. `cors` comes after `plan`. */
export function responseList(head: ResponseHead, plan: HeaderPlan | null, cors: HeaderPlan | null): HeaderList {
  const list = [':status', String(head.status)];
  const { fields } = head;
  appendFields(list, fields, responseDrops(head), plan?.drop ?? NONE, cors?.drop ?? NONE);
  appendPlan(list, plan);
  appendPlan(list, cors);
  if (!fields.has(DATE)) list.push('date', dateValue());
  if (head.isRecoded && head.framing === LENGTH) list.push('content-length', String(head.bodyLength));
  return list;
}

/** The header list of a response of the proxy's own. */
export function directList(
  response: DirectResponse,
  length: number,
  plan: HeaderPlan | null,
  cors: HeaderPlan | null,
): HeaderList {
  const list = [':status', String(response.status)];
  let hasDate = false;
  for (const [name, value] of response.headers) {
    if (isDropped(plan, name) || isDropped(cors, name)) continue;
    list.push(name.toLowerCase(), value);
    if (isDate(name)) hasDate = true;
  }
  appendPlan(list, plan);
  appendPlan(list, cors);
  if (!hasDate) list.push('date', dateValue());
  if (length >= 0) list.push('content-length', String(length));
  return list;
}

/** A 1xx, in the form that node:http2 takes for it. */
export function interimHeaders(head: ResponseHead): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ':status': head.status };
  const list: HeaderList = [];
  appendFields(list, head.fields, responseDrops(head), NONE, NONE);
  return collect(headers, list);
}

/** A trailer section, in the form that node:http2 takes for it. */
export function trailerHeaders(trailers: FieldSection): OutgoingHttpHeaders {
  const list: HeaderList = [];
  for (let index = 0; index < trailers.count; index++) {
    if (isTrailer(trailers, index)) list.push(trailers.name(index).toLowerCase(), trailers.value(index));
  }
  return collect({}, list);
}

/** Trailers that have come, as a section of HTTP/1.1 with the empty line that ends it. */
export function trailerSection(list: readonly string[]): Buffer {
  let text = '';
  for (let index = 0; index + 1 < list.length; index += 2) text += `${list[index]}: ${list[index + 1]}\r\n`;
  return Buffer.from(`${text}\r\n`, 'latin1');
}

/** Appends the fields whose id is not in `drop` and whose name is in neither list. */
export function appendFields(
  list: HeaderList,
  fields: FieldSection,
  drop: number,
  names: readonly string[],
  others: readonly string[],
): void {
  const { count } = fields;
  if (count === 0) return;
  // Decoding all lines at once is cheaper than each name and value.
  const start = fields.lineStart(0);
  const lines = latin1(fields.buffer, start, fields.lineEnd(count - 1));
  for (let index = 0; index < count; index++) {
    const id = fields.id(index);
    if (id !== UNKNOWN && (drop & (1 << id)) !== 0) continue;
    const name = lines.slice(fields.lineStart(index) - start, fields.nameEnd(index) - start).toLowerCase();
    if ((names.length > 0 && names.includes(name)) || (others.length > 0 && others.includes(name))) continue;
    list.push(name, lines.slice(fields.valueStart(index) - start, fields.valueEnd(index) - start));
  }
}

function appendPlan(list: HeaderList, plan: HeaderPlan | null): void {
  if (plan === null) return;
  for (const { name, value } of plan.lines) list.push(name.toLowerCase(), value);
}

function collect(headers: OutgoingHttpHeaders, list: HeaderList): OutgoingHttpHeaders {
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index]!;
    const value = list[index + 1]!;
    const known = headers[name];
    if (known === undefined) headers[name] = value;
    else if (Array.isArray(known)) known.push(value);
    else headers[name] = [String(known), value];
  }
  return headers;
}
