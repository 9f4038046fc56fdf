import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTLS, type TLSSocket } from 'node:tls';
import { ByteReader, type Closing } from './bytes.ts';
import { type Body, fieldValue, type Head, readHead, readResponseBody } from './message.ts';

export type ReceivedResponse = {
  readonly status: number;
  readonly start: string;
  readonly fields: Head['fields'];
  readonly body: string;
  readonly trailers: Head['fields'];
  /** False when the connection ended before the message did. */
  readonly whole: boolean;
  /** Status codes of the 1xx that came before. */
  readonly informational: readonly number[];
  header(name: string): string | null;
};

export type ClientOptions = {
  /** TLS with this server name; the certificate is not verified. */
  readonly servername?: string;
  /** More about TLS, such as a certificate of the client. Says nothing without `servername`. */
  readonly tls?: ConnectionOptions;
  /** The client's own address, such as 127.0.0.2. */
  readonly from?: string;
};

/** A client on a raw socket: it says what it is told to, and reads with a reader that is not the proxy's. */
export class Client {
  readonly reader: ByteReader;
  readonly socket: Socket;

  /** The connection itself: below TLS, when there is any. */
  private readonly connection: Socket;

  private constructor(socket: Socket, connection: Socket) {
    this.socket = socket;
    this.connection = connection;
    this.reader = new ByteReader(socket);
    connection.on('error', () => {});
  }

  static async connect(port: number, options: ClientOptions = {}): Promise<Client> {
    const { servername, from } = options;
    const connection = connect({ host: '127.0.0.1', port, localAddress: from, noDelay: true, allowHalfOpen: true });
    if (servername === undefined) {
      const client = new Client(connection, connection);
      await once(connection, 'connect');
      return client;
    }
    const socket = connectTLS({ socket: connection, servername, rejectUnauthorized: false, ...options.tls });
    const client = new Client(socket, connection);
    await once(socket, 'secureConnect');
    return client;
  }

  get tls(): TLSSocket {
    return this.socket as TLSSocket;
  }

  write(bytes: string): Promise<void> {
    return new Promise((resolve) => this.socket.write(bytes, 'latin1', () => resolve()));
  }

  /** Each part in a packet of its own, as far as a loopback connection promises that. */
  async writeParts(parts: readonly string[]): Promise<void> {
    for (const part of parts) {
      await this.write(part);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** FIN: nothing more to send, still reading. */
  end(): void {
    this.socket.end();
  }

  reset(): void {
    this.connection.resetAndDestroy();
    this.socket.destroy();
  }

  close(): void {
    this.socket.destroy();
  }

  /** The next head of any status, its body left unread; null when the proxy closed instead. */
  head(): Promise<Head | null> {
    return readHead(this.reader);
  }

  body(head: Head, method = 'GET'): Promise<Body> {
    return readResponseBody(this.reader, head, method);
  }

  /** The next final response; throws when the proxy closed before its head was complete. */
  async response(method = 'GET'): Promise<ReceivedResponse> {
    const informational: number[] = [];
    for (;;) {
      const head = await this.head();
      if (head === null) {
        const left = JSON.stringify(this.reader.peek().toString('latin1').slice(0, 200));
        throw new Error(`the proxy closed (${this.reader.closing}) before a response; what is left: ${left}`);
      }
      const status = Number(head.start.split(' ')[1]);
      if (status < 200 && status !== 101) {
        informational.push(status);
        continue;
      }
      const { body, trailers, whole } = await this.body(head, method);
      const { fields, start } = head;
      return {
        status,
        start,
        fields,
        body,
        trailers,
        whole,
        informational,
        header: (name) => fieldValue(fields, name),
      };
    }
  }

  /** Sends one request and reads its response. */
  async request(bytes: string): Promise<ReceivedResponse> {
    await this.write(bytes);
    return this.response(bytes.slice(0, bytes.indexOf(' ')));
  }

  /** How the proxy ended its direction; `open` when it has not within so many milliseconds. */
  async closed(milliseconds = 2000): Promise<Closing | 'open'> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<'open'>((resolve) => {
      timer = setTimeout(() => resolve('open'), milliseconds);
    });
    const outcome = await Promise.race([this.reader.closed(), timeout]);
    clearTimeout(timer);
    return outcome;
  }
}

/** A request with a Host and these complete header lines. */
export function get(path = '/', lines = '', host = 'a.example'): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`;
}

export function post(body: string, path = '/', lines = '', host = 'a.example'): string {
  return `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n${lines}Content-Length: ${body.length}\r\n\r\n${body}`;
}

export function postChunked(chunks: readonly string[], path = '/', lines = '', trailers = ''): string {
  const body = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
  return `POST ${path} HTTP/1.1\r\nHost: a.example\r\n${lines}Transfer-Encoding: chunked\r\n\r\n${body}0\r\n${trailers}\r\n`;
}
