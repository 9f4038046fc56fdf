import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ByteReader, type Closing } from './bytes.ts';
import { type Body, fieldValue, type Head, readHead, readRequestBody } from './message.ts';

/** What the backend does with one connection. When it returns, the connection stays as it is. */
export type Script = (connection: BackendConnection) => Promise<void> | void;

export type ReceivedRequest = {
  readonly method: string;
  readonly target: string;
  readonly fields: Head['fields'];
  readonly body: string;
  readonly trailers: Head['fields'];
  /** Number of the connection it came on, from 1. */
  readonly connection: number;
  header(name: string): string | null;
};

/** Resolves after so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** One connection from the proxy, driven by a script. Bytes are latin1 strings. */
export class BackendConnection {
  readonly number: number;
  readonly reader: ByteReader;
  private readonly socket: Socket;
  private readonly backend: Backend;

  constructor(backend: Backend, socket: Socket, number: number) {
    this.backend = backend;
    this.socket = socket;
    this.number = number;
    this.reader = new ByteReader(socket);
  }

  /** Drops what the backend keeps of finished requests; for tests with very many. */
  forget(): void {
    this.backend.requests.length = 0;
  }

  /** The next request's head, with the body left unread; null when the proxy closed instead. */
  async head(): Promise<Head | null> {
    return readHead(this.reader);
  }

  async body(head: Head): Promise<Body> {
    return readRequestBody(this.reader, head);
  }

  /** The next whole request; null when the proxy closed before its end. It is also kept in `backend.requests`. */
  async request(): Promise<ReceivedRequest | null> {
    const head = await this.head();
    if (head === null) return null;
    const { body, trailers, whole } = await this.body(head);
    if (!whole) return null;
    const [method, target] = head.start.split(' ');
    const { fields } = head;
    const received: ReceivedRequest = {
      method: method!,
      target: target!,
      fields,
      body,
      trailers,
      connection: this.number,
      header: (name) => fieldValue(fields, name),
    };
    this.backend.requests.push(received);
    return received;
  }

  /** Writes, and resolves once the kernel has taken the bytes. */
  write(bytes: string): Promise<void> {
    return new Promise((resolve) => this.socket.write(bytes, 'latin1', () => resolve()));
  }

  /** One byte (or `size`) at a time, each a packet of its own. */
  async drip(bytes: string, milliseconds: number, size = 1): Promise<void> {
    for (let at = 0; at < bytes.length && !this.socket.destroyed; at += size) {
      await this.write(bytes.slice(at, at + size));
      await pause(milliseconds);
    }
  }

  /** Ends our direction (FIN); the proxy may still send. */
  end(): void {
    this.socket.end();
  }

  /** FIN, and no more reading. */
  close(): void {
    this.socket.end();
    this.socket.destroySoon();
  }

  /** RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** How the proxy ended its direction. */
  closed(): Promise<Closing> {
    return this.reader.closed();
  }

  get open(): boolean {
    return !this.socket.destroyed && this.reader.closing === null;
  }
}

/** A backend on a raw socket that does what a script says, right or wrong. */
export class Backend {
  readonly requests: ReceivedRequest[] = [];
  readonly connections: BackendConnection[] = [];
  /** What each new connection does; may be replaced at any time. */
  script: Script;
  /** Errors that scripts threw; `close` throws the first. */
  private readonly failures: unknown[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private accepted = 0;
  private closing: Promise<void> | null = null;

  private constructor(script: Script) {
    this.script = script;
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.accept(socket));
  }

  static async start(script: Script = answer(response('ok'))): Promise<Backend> {
    const backend = new Backend(script);
    backend.server.listen(0, '127.0.0.1');
    await once(backend.server, 'listening');
    return backend;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections that neither side has closed. */
  get open(): number {
    return this.connections.filter((connection) => connection.open).length;
  }

  /** Drops what is kept of finished requests and closed connections. */
  forget(): void {
    this.requests.length = 0;
    const open = this.connections.filter((connection) => connection.open);
    this.connections.splice(0, this.connections.length, ...open);
  }

  /** Stops accepting and drops what is open; throws the first error that a script threw. */
  close(): Promise<void> {
    this.closing ??= this.stop();
    return this.closing;
  }

  private async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
    if (this.failures.length > 0) throw this.failures[0];
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    const connection = new BackendConnection(this, socket, ++this.accepted);
    this.connections.push(connection);
    Promise.resolve(this.script(connection)).catch((failure: unknown) => this.failures.push(failure));
  }
}

/** A whole response with a Content-Length. `lines` are complete header lines. */
export function response(body: string, status = '200 OK', lines = ''): string {
  return `HTTP/1.1 ${status}\r\n${lines}Content-Length: ${body.length}\r\n\r\n${body}`;
}

export function chunkedResponse(chunks: readonly string[], trailers = '', lines = ''): string {
  const body = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  return `HTTP/1.1 200 OK\r\n${lines}Transfer-Encoding: chunked\r\n\r\n${body}0\r\n${trailers}\r\n`;
}

/** Answers every request of a connection with these bytes; closes when the proxy does. */
export function answer(bytes: string | ((request: ReceivedRequest) => string)): Script {
  return async (connection) => {
    for (;;) {
      const request = await connection.request();
      if (request === null) break;
      await connection.write(typeof bytes === 'string' ? bytes : bytes(request));
    }
    connection.end();
  };
}

/** One script for each connection in turn; the last one repeats. */
export function inTurn(...scripts: readonly Script[]): Script {
  let next = 0;
  return (connection) => scripts[Math.min(next++, scripts.length - 1)]!(connection);
}
