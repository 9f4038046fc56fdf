/** The form of external authorization that is gRPC: `envoy.service.auth.v3.Authorization/Check`. */
import type { ExternalService } from '../../../../ir/policy/access.ts';
import type { SubrequestOptions, SubrequestResponse } from '../../../exchange/subrequest.ts';
import type { Visit } from '../../visit.ts';
import { bytesField, message, numberField, readMessage, textField, type WireField } from './protobuf.ts';
import { type Field, fieldsOf, isPortable } from './request.ts';
import type { ExternalVerdict } from './verdict.ts';

const METHOD = '/envoy.service.auth.v3.Authorization/Check';
/** Bytes before each message: whether it is compressed, and its length. */
const PREFIX = 5;

export function grpcQuestion(entry: ExternalService, visit: Visit, maxBody: number): SubrequestOptions {
  const wanted = entry.allowedHeaders.length === 0 ? null : new Set(entry.allowedHeaders);
  const check = checkRequest(visit, fieldsOf(visit, wanted), entry.maxBody > 0 ? visit.body() : null);
  const framed = Buffer.alloc(PREFIX + check.length);
  framed.writeUInt32BE(check.length, 1);
  check.copy(framed, PREFIX);
  return {
    backend: entry.backend,
    method: 'POST',
    path: METHOD,
    host: '',
    headers: [
      ['Content-Type', 'application/grpc'],
      ['TE', 'trailers'],
      ['X-Request-Id', visit.requestId],
    ],
    body: framed,
    timeout: entry.timeout,
    maxBody,
    http2: true,
  };
}

/** `CheckRequest`: who asks for what. */
function checkRequest(visit: Visit, headers: readonly Field[], body: Buffer | null): Buffer {
  const { head } = visit;
  const joined = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ','}${value}`);
  }
  const http = message(
    textField(1, visit.requestId),
    textField(2, head.method),
    ...Array.from(joined, ([name, value]) => bytesField(3, message(textField(1, name), textField(2, value)))),
    textField(4, `${head.path}${head.query}`),
    textField(5, head.authority),
    textField(6, visit.scheme),
    ...(body === null ? [] : [numberField(9, body.length), bytesField(12, body)]),
    textField(10, 'HTTP/1.1'),
  );
  const address = bytesField(1, bytesField(1, textField(2, visit.clientAddress)));
  const attributes = message(bytesField(1, address), bytesField(4, bytesField(2, http)));
  return bytesField(1, attributes);
}

/** Null: the service has failed itself. */
export function grpcVerdict({ body, headers, status, trailers }: SubrequestResponse): ExternalVerdict | null {
  const end = [...trailers, ...headers].find(([name]) => name.toLowerCase() === 'grpc-status');
  if (status !== 200 || end?.[1] !== '0' || body.length < PREFIX || body[0] !== 0) return null;
  if (body.readUInt32BE(1) !== body.length - PREFIX) return null;
  const fields = readMessage(body.subarray(PREFIX));
  if (fields === null) return null;
  const code = number(inner(fields, 1), 1);
  if (code === 0) return allowed(inner(fields, 3));
  return code === null ? null : denied(inner(fields, 2));
}

/** `OkHttpResponse`. */
function allowed(ok: readonly WireField[] | null): ExternalVerdict | null {
  if (ok === null) return null;
  const options = ok.filter((field) => field.number === 2).map(headerOption);
  const respond = ok.filter((field) => field.number === 6).map(headerOption);
  const fieldsThat = (appends: boolean) => options.flatMap((one) => (one?.appends === appends ? [one.field] : []));
  return {
    isAllowed: true,
    set: fieldsThat(false),
    add: fieldsThat(true),
    remove: ok.filter((field) => field.number === 5).map(({ value }) => value.toString('utf8').toLowerCase()),
    respond: respond.flatMap((one) => (one === null ? [] : [one.field])),
  };
}

/** `DeniedHttpResponse`. */
function denied(fields: readonly WireField[] | null): ExternalVerdict | null {
  if (fields === null) return null;
  const status = number(inner(fields, 1), 1);
  const body = fields.findLast((field) => field.number === 3)?.value ?? '';
  const headers = fields
    .flatMap((field) => (field.number === 2 ? (headerOption(field) ?? []) : []))
    .map(({ field }) => field);
  const isStatus = status !== null && status >= 300 && status <= 599;
  return {
    isAllowed: false,
    response: { status: isStatus ? status : 403, headers, body },
  };
}

/** `HeaderValueOption`; null for a field that must not be touched. */
function headerOption({ value }: WireField): { readonly field: Field; readonly appends: boolean } | null {
  const option = readMessage(value);
  const header = inner(option, 1);
  if (option === null || header === null) return null;
  const name = text(header, 1).toLowerCase();
  if (name === '' || !isPortable(name)) return null;
  // `append` was a message around a flag before there was `append_action`, of which 0 is to append.
  const flag = number(inner(option, 2), 1);
  const action = option.findLast((field) => field.number === 3)?.varint ?? null;
  const appends = action === null ? flag === 1 : action === 0 && flag !== 0;
  return { field: [name, text(header, 2) || text(header, 3)], appends };
}

/** The message that a field holds; empty when the field is not there. Null for bytes that are none. */
function inner(fields: readonly WireField[] | null, wanted: number): readonly WireField[] | null {
  const field = fields?.findLast(({ number: one }) => one === wanted);
  return field === undefined ? [] : readMessage(field.value);
}

function number(fields: readonly WireField[] | null, wanted: number): number | null {
  if (fields === null) return null;
  return fields.findLast(({ number: one }) => one === wanted)?.varint ?? 0;
}

function text(fields: readonly WireField[], wanted: number): string {
  return fields.findLast(({ number: one }) => one === wanted)?.value.toString('utf8') ?? '';
}
