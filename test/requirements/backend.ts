/** Backends of rows: real HTTP servers on loopback that keep what they were sent, and the manifests that lead to them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer as createTLSServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export type Field = readonly [name: string, value: string];

/** A request as the backend got it, whole. */
export type BackendRequest = {
  readonly method: string;
  /** Path and query, as they came. */
  readonly url: string;
  /** In order and with the case they came in; without pseudo fields of HTTP/2. */
  readonly headers: readonly Field[];
  readonly body: string;
  readonly bytes: Buffer;
  /** All values of a field joined with `, `; null when absent. `host` is `:authority` with HTTP/2. */
  header(name: string): string | null;
  /** Milliseconds (`performance.now()`) when its head came. */
  readonly time: number;
  /** Number of the connection that it came on, from 1. */
  readonly connection: number;
};

export type Reply = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
  /** Milliseconds until it is sent. */
  readonly delay?: number;
};

/** What is answered; null: the handler answers with `response` itself. */
export type Handler = (
  request: BackendRequest,
  response: ServerResponse,
) => Reply | string | null | Promise<Reply | string | null>;

export type BackendOptions = {
  /** `h2c` is HTTP/2 by prior knowledge only. */
  readonly protocol?: 'http1' | 'h2c';
  readonly address?: string;
  readonly port?: number;
  /** PEM; only with http1. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string; readonly requestCert?: boolean };
};

export type ServiceOptions = {
  readonly namespace?: string;
  /** Port of the Service. */
  readonly port?: number;
  readonly appProtocol?: string;
};

export class RequirementBackend {
  /** Those whose body has come, oldest first. */
  readonly requests: BackendRequest[] = [];
  readonly address: string;
  readonly server: Server;
  /** May be replaced at any time. */
  handler: Handler;
  private readonly sockets = new Map<Socket, number>();
  private accepted = 0;

  constructor(handler: Handler, options: BackendOptions) {
    this.handler = handler;
    this.address = options.address ?? '127.0.0.1';
    this.server = serverFor(options);
    this.server.on('request', (request, response) => void this.#take(request, response));
    this.server.on('connection', (socket: Socket) => {
      this.sockets.set(socket, ++this.accepted);
      socket.on('error', () => {});
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** `IP:PORT`. */
  get endpoint(): string {
    return `${this.address}:${this.port}`;
  }

  get last(): BackendRequest {
    const last = this.requests.at(-1);
    if (last === undefined) throw new Error('no request has reached this backend');
    return last;
  }

  /** Connections that were made so far. */
  get connections(): number {
    return this.accepted;
  }

  /** A Service of this name, and the EndpointSlice that leads it here. */
  service(name: string, options: ServiceOptions = {}): string {
    return service(name, [this], options);
  }

  /** Stops listening and drops what is open. May be called again. */
  async close(): Promise<void> {
    for (const socket of this.sockets.keys()) socket.destroy();
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const time = performance.now();
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
    } catch {
      return;
    }
    const received = recorded(request, Buffer.concat(parts), time, this.#connectionOf(request));
    this.requests.push(received);
    const reply = await this.handler(received, response);
    if (reply === null) return;
    const { status = 200, headers = {}, body = '', delay = 0 } = typeof reply === 'string' ? { body: reply } : reply;
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    response.on('error', () => {});
    response.writeHead(status, headers as Record<string, string | string[]>);
    response.end(body);
  }

  #connectionOf(request: IncomingMessage): number {
    for (const [socket, number] of this.sockets) {
      if (socket.remotePort === request.socket?.remotePort) return number;
    }
    return this.accepted;
  }
}

/** Node's servers of HTTP/2 and TLS take the same handlers. */
function serverFor({ protocol, tls }: BackendOptions): Server {
  if (protocol === 'h2c') return createHttp2Server() as unknown as Server;
  if (tls !== undefined) return createTLSServer({ ...tls, rejectUnauthorized: false }) as unknown as Server;
  return createServer();
}

function recorded(request: IncomingMessage, bytes: Buffer, time: number, connection: number): BackendRequest {
  const { rawHeaders } = request;
  const all = inPairs(rawHeaders);
  const headers = all.filter(([name]) => !name.startsWith(':'));
  const authority = all.filter(([name]) => name === ':authority').map(([, value]): Field => ['host', value]);
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers,
    body: bytes.toString(),
    bytes,
    header: (name) => valueOf([...authority, ...headers], name),
    time,
    connection,
  };
}

/** Names and values that Node gives one after the other. */
export function inPairs(raw: readonly string[]): Field[] {
  return Array.from({ length: raw.length / 2 }, (_, i): Field => [raw[2 * i]!, raw[2 * i + 1]!]);
}

/** All values of a field joined with `, `; null when absent. */
export function valueOf(fields: readonly Field[], name: string): string | null {
  const values = fields.filter(([field]) => field.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  return values.length === 0 ? null : values.join(', ');
}

/**
 * A backend that is closed when the test ends; without a handler it answers `ok`.
 *
 *     const backend = await startBackend(({ url }) => ({ status: 201, headers: { 'X-Seen': url }, body: 'made' }));
 */
export async function startBackend(
  handler: Handler = () => 'ok',
  options: BackendOptions = {},
): Promise<RequirementBackend> {
  const backend = new RequirementBackend(handler, options);
  backend.server.listen(options.port ?? 0, backend.address);
  await once(backend.server, 'listening');
  onTestFinished(() => backend.close());
  return backend;
}

/** A Service with the given backends as its endpoints: one EndpointSlice for each of their ports. */
export function service(
  name: string,
  backends: readonly { readonly address: string; readonly port: number }[],
  { namespace = 'default', port = 80, appProtocol }: ServiceOptions = {},
): string {
  const byPort = Map.groupBy(backends, (backend) => backend.port);
  const protocol = appProtocol === undefined ? '' : `\n      appProtocol: ${appProtocol}`;
  const slices = Array.from(byPort, ([target, those]) => {
    const endpoints = those.map(({ address }) => `  - addresses: [${JSON.stringify(address)}]`).join('\n');
    return `---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: ${name}-${target}
  namespace: ${namespace}
  labels:
    kubernetes.io/service-name: ${name}
addressType: IPv4
endpoints:
${endpoints}
ports:
  - port: ${target}
`;
  });
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  ports:
    - port: ${port}${protocol}
${slices.join('')}`;
}
