/** A plain and slow reader of HTTP/1.1 messages that shares nothing with the codec under test. */
import type { ByteReader } from './bytes.ts';

export type Head = {
  readonly start: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
};

export type Body = {
  readonly body: string;
  readonly trailers: Head['fields'];
  /** False when the peer ended before the message did. */
  readonly whole: boolean;
};

/** All values of a field joined with `, `; null when absent. */
export function fieldValue(fields: Head['fields'], name: string): string | null {
  const values = fields.filter(([field]) => field.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  return values.length === 0 ? null : values.join(', ');
}

function parseFields(lines: readonly string[]): Head['fields'] {
  return lines.map((line) => {
    const colon = line.indexOf(':');
    if (colon <= 0) throw new Error(`not a field line: ${JSON.stringify(line)}`);
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
}

/** Null when the peer ended before the head did. */
export async function readHead(reader: ByteReader): Promise<Head | null> {
  const bytes = await reader.through('\r\n\r\n');
  if (bytes === null) return null;
  const [start, ...lines] = bytes.toString('latin1').slice(0, -4).split('\r\n');
  return { start: start!, fields: parseFields(lines) };
}

async function readChunks(reader: ByteReader): Promise<Body> {
  let body = '';
  for (;;) {
    const line = await reader.through('\r\n');
    if (line === null) return { body, trailers: [], whole: false };
    const size = Number.parseInt(line.toString('latin1'), 16);
    if (Number.isNaN(size)) throw new Error(`not a chunk size: ${JSON.stringify(line.toString('latin1'))}`);
    if (size === 0) break;
    const data = await reader.take(size);
    if (data === null) return { body: body + reader.peek().toString('latin1'), trailers: [], whole: false };
    body += data.toString('latin1');
    const end = await reader.take(2);
    if (end === null) return { body, trailers: [], whole: false };
    if (end.toString('latin1') !== '\r\n') throw new Error('a chunk does not end with CRLF');
  }
  const lines: string[] = [];
  for (;;) {
    const line = await reader.through('\r\n');
    if (line === null) return { body, trailers: parseFields(lines), whole: false };
    if (line.length === 2) return { body, trailers: parseFields(lines), whole: true };
    lines.push(line.toString('latin1').slice(0, -2));
  }
}

async function readLength(reader: ByteReader, length: number): Promise<Body> {
  const body = await reader.take(length);
  if (body === null) return { body: reader.peek().toString('latin1'), trailers: [], whole: false };
  return { body: body.toString('latin1'), trailers: [], whole: true };
}

export async function readRequestBody(reader: ByteReader, head: Head): Promise<Body> {
  if (fieldValue(head.fields, 'transfer-encoding') !== null) return readChunks(reader);
  return readLength(reader, Number(fieldValue(head.fields, 'content-length') ?? 0));
}

/** `method` is the method of the request that was answered. */
export async function readResponseBody(reader: ByteReader, head: Head, method: string): Promise<Body> {
  const status = Number(head.start.split(' ')[1]);
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) {
    return { body: '', trailers: [], whole: true };
  }
  if (fieldValue(head.fields, 'transfer-encoding') !== null) return readChunks(reader);
  const length = fieldValue(head.fields, 'content-length');
  if (length !== null) return readLength(reader, Number(length));
  const rest = await reader.rest();
  return { body: rest.toString('latin1'), trailers: [], whole: reader.closing === 'fin' };
}
