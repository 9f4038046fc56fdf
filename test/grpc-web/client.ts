/** A client of gRPC-Web by its protocol alone, over HTTP/1.1 or HTTP/2. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import type { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { framed } from './server.ts';

export type Version = 'HTTP/1.1' | 'HTTP/2';
export const VERSIONS: readonly Version[] = ['HTTP/1.1', 'HTTP/2'];

export const BINARY = 'application/grpc-web+proto';
export const TEXT = 'application/grpc-web-text+proto';

/** What has come of a call. */
export type Result = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly messages: readonly string[];
  /** Of the trailer frame; null while there is none. */
  readonly trailers: Readonly<Record<string, string>> | null;
  /** The body as it came. */
  readonly body: Buffer;
  /** Whether the response came to its end. */
  readonly whole: boolean;
};

/** A call that is open. */
export type OpenCall = {
  /** The request's body. */
  readonly body: Writable;
  /** What has come so far. */
  readonly now: () => Result;
  readonly done: Promise<Result>;
  readonly cancel: () => void;
};

export const PATH = '/shop.v1.Catalogue/Watch';

export function open(port: number, version: Version, headers: Record<string, string>, path = PATH): OpenCall {
  const parts: Buffer[] = [];
  let head: { status: number; headers: IncomingHttpHeaders } | null = null;
  let whole = false;
  const { body, response, cancel } =
    version === 'HTTP/2' ? overHttp2(port, headers, path) : overHttp1(port, headers, path);
  const now = (): Result => resultOf(head, Buffer.concat(parts), whole);
  const done = new Promise<Result>((resolve) => {
    const finish = (): void => resolve(now());
    body.on('error', finish);
    response((answer, status, fields, isWhole) => {
      head = { status, headers: fields };
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        whole = isWhole();
        finish();
      });
      answer.on('error', finish);
      answer.on('close', finish);
    });
  });
  onTestFinished(cancel);
  return { body, now, done, cancel };
}

type Responded = (answer: Readable, status: number, headers: IncomingHttpHeaders, isWhole: () => boolean) => void;
type Way = { readonly body: Writable; readonly response: (responded: Responded) => void; readonly cancel: () => void };

function overHttp1(port: number, headers: Record<string, string>, path: string): Way {
  const body = httpRequest({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path,
    agent: false,
    headers: { host: 'a.example', ...headers },
  });
  return {
    body,
    response: (responded) =>
      body.on('response', (answer: IncomingMessage) =>
        responded(answer, answer.statusCode!, answer.headers, () => answer.complete),
      ),
    // A client that only ends its half may still wait for the answer.
    cancel: () => body.socket?.resetAndDestroy(),
  };
}

function overHttp2(port: number, headers: Record<string, string>, path: string): Way {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const stream = session.request(
    { ':method': 'POST', ':path': path, ':authority': 'a.example', ...headers },
    { endStream: false },
  );
  return {
    body: stream,
    response: (responded) =>
      stream.on('response', (fields) =>
        responded(stream, Number(fields[':status']), fields, () => stream.rstCode === 0),
      ),
    cancel: () => session.destroy(),
  };
}

/** Calls with one message. */
export async function call(
  port: number,
  version: Version,
  type: string,
  message: string,
  headers: Record<string, string> = {},
  path = PATH,
): Promise<Result> {
  const opened = open(port, version, { 'content-type': type, 'x-grpc-web': '1', ...headers }, path);
  opened.body.end(type.includes('-text') ? framed(message).toString('base64') : framed(message));
  return await opened.done;
}

function resultOf(head: { status: number; headers: IncomingHttpHeaders } | null, body: Buffer, whole: boolean): Result {
  const { status, headers } = head ?? { status: 0, headers: {} };
  const isText = String(headers['content-type']).startsWith('application/grpc-web-text');
  const bytes = isText ? segments(body.toString('latin1')) : body;
  return { status, headers, ...framesOf(bytes), body, whole };
}

/** What base64 in one or several segments stands for, as far as it has come. */
function segments(text: string): Buffer {
  const groups = text.match(/.{4}/g) ?? [];
  return Buffer.concat(groups.map((group) => Buffer.from(group, 'base64')));
}

function framesOf(bytes: Buffer): Pick<Result, 'messages' | 'trailers'> {
  const messages: string[] = [];
  let trailers: Record<string, string> | null = null;
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    const content = bytes.subarray(at + 5, end).toString('latin1');
    if (trailers !== null) throw new Error('something follows the trailers');
    if ((bytes[at]! & 0x80) === 0) messages.push(content);
    else trailers = Object.fromEntries(content.split('\r\n').filter(Boolean).map(fieldOf));
    at = end;
  }
  return { messages, trailers };
}

function fieldOf(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
