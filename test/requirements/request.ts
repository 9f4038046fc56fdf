/** One request to a gateway, over HTTP/1.1 with exactly the fields that are given, or over HTTP/2. */
import type { OutgoingHttpHeaders } from 'node:http2';
import type { ConnectionOptions } from 'node:tls';
import { Client } from '../fake/client.ts';
import { Http2Client } from '../fake/http2.ts';
import { type Field, inPairs, valueOf } from './backend.ts';

export type RequestOptions = {
  /** In this order and case. HTTP/1.1: `Host` stands first unless it is among them; a body gets its Content-Length. */
  readonly headers?: readonly Field[] | Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** Over HTTP/2: by prior knowledge, or with https by ALPN. */
  readonly http2?: boolean;
  /** More about TLS: `cert` and `key` of the client, another `servername`. The gateway's certificate is not verified. */
  readonly tls?: ConnectionOptions;
  /** The client's own address, such as 127.0.0.2. */
  readonly from?: string;
};

export type Received = {
  readonly status: number;
  /** In order; with HTTP/2 in lower case. */
  readonly headers: readonly Field[];
  /** All values of a field joined with `, `; null when absent. */
  header(name: string): string | null;
  readonly body: string;
  readonly bytes: Buffer;
  readonly trailers: readonly Field[];
  /** False when it broke off. */
  readonly whole: boolean;
};

type Target = {
  readonly port: number;
  readonly authority: string;
  /** Undefined without TLS. */
  readonly servername: string | undefined;
  readonly path: string;
};

const URL_PARTS = /^(https?):\/\/([^/?#:]+|\[[^\]]+\])(?::(\d+))?(.*)$/s;

function targetOf(url: string, portOf: (listener: number) => number): Target {
  const match = URL_PARTS.exec(url);
  if (match === null) return { port: portOf(80), authority: 'a.example', servername: undefined, path: url };
  const [, scheme, host, port, path] = match;
  const isSecure = scheme === 'https';
  return {
    port: portOf(port === undefined ? (isSecure ? 443 : 80) : Number(port)),
    authority: port === undefined ? host! : `${host}:${port}`,
    servername: isSecure ? host! : undefined,
    path: path === '' ? '/' : path!,
  };
}

function fieldsOf(headers: RequestOptions['headers'] = []): Field[] {
  if (Array.isArray(headers)) return [...(headers as readonly Field[])];
  return Object.entries(headers as Record<string, string | readonly string[]>).flatMap(([name, values]) =>
    [values].flat().map((value): Field => [name, value as string]),
  );
}

export function send(
  portOf: (listener: number) => number,
  method: string,
  url: string,
  options: RequestOptions,
): Promise<Received> {
  const target = targetOf(url, portOf);
  return options.http2 === true ? overHttp2(target, method, options) : overHttp1(target, method, options);
}

async function overHttp1(target: Target, method: string, options: RequestOptions): Promise<Received> {
  const { from, tls, body = '' } = options;
  const servername = target.servername === undefined ? undefined : (tls?.servername ?? target.servername);
  const client = await Client.connect(target.port, { servername, tls, from });
  try {
    const response = await client.request(messageOf(target, method, fieldsOf(options.headers), Buffer.from(body)));
    return received({ ...response, headers: response.fields, bytes: Buffer.from(response.body, 'latin1') });
  } finally {
    client.close();
  }
}

function messageOf(target: Target, method: string, fields: Field[], body: Buffer): string {
  const has = (name: string): boolean => fields.some(([field]) => field.toLowerCase() === name);
  const before: Field[] = has('host') ? [] : [['Host', target.authority]];
  const isChunked = has('transfer-encoding');
  const after: Field[] =
    body.length === 0 || isChunked || has('content-length') ? [] : [['Content-Length', String(body.length)]];
  const lines = [...before, ...fields, ...after].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const bytes = body.toString('latin1');
  const chunk = body.length === 0 ? '' : `${body.length.toString(16)}\r\n${bytes}\r\n`;
  const content = isChunked ? `${chunk}0\r\n\r\n` : bytes;
  return `${method} ${target.path} HTTP/1.1\r\n${lines}\r\n${content}`;
}

async function overHttp2(target: Target, method: string, options: RequestOptions): Promise<Received> {
  const { from, tls, body = '' } = options;
  const servername = target.servername === undefined ? undefined : (tls?.servername ?? target.servername);
  const client = await Http2Client.connect(target.port, servername, { ...tls, localAddress: from });
  try {
    const headers: OutgoingHttpHeaders = {
      ':method': method,
      ':scheme': servername === undefined ? 'http' : 'https',
      ':authority': target.authority,
      ':path': target.path,
    };
    for (const [name, value] of fieldsOf(options.headers)) {
      const before = headers[name.toLowerCase()];
      headers[name.toLowerCase()] = before === undefined ? value : [before as string | string[], value].flat();
    }
    const { status, raw, body: text, whole, trailers } = await client.ask(headers, body);
    return received({
      status,
      headers: inPairs(raw).filter(([name]) => !name.startsWith(':')),
      bytes: Buffer.from(text),
      trailers: Object.entries(trailers).map(([name, value]): Field => [name, String(value)]),
      whole,
    });
  } finally {
    client.close();
  }
}

type Parts = Pick<Received, 'status' | 'headers' | 'bytes' | 'trailers' | 'whole'>;

function received({ status, headers, bytes, trailers, whole }: Parts): Received {
  const header = (name: string): string | null => valueOf(headers, name);
  return { status, headers, header, body: bytes.toString(), bytes, trailers, whole };
}
