/** Servers and clients of HTTP/2 by Node's own implementation, for tests. */
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';

/** A request as the backend got it. */
export type Received = {
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  body: string;
  trailers: IncomingHttpHeaders;
  /** Whether it was reset, and with what. */
  code: number;
};

export type Answer = (stream: ServerHttp2Stream, request: Received, session: ServerHttp2Session) => unknown;

const OK: Answer = (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'text/plain' });
  stream.end('ok');
};

/** A backend that speaks HTTP/2 only: by prior knowledge, or over TLS. */
export class Http2Backend {
  readonly requests: Received[] = [];
  readonly streams: ServerHttp2Stream[] = [];
  readonly sessions: ServerHttp2Session[] = [];
  readonly server: Http2Server | Http2SecureServer;
  private readonly sockets = new Set<Socket>();

  private constructor(answer: Answer, when: 'complete' | 'head', options: SecureServerOptions | null) {
    this.server = options === null ? createServer() : createSecureServer(options);
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    this.server.on('session', (session: ServerHttp2Session) => {
      this.sessions.push(session);
      session.on('error', () => {});
    });
    this.server.on('sessionError', () => {});
    this.server.on(
      'stream',
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: string[]) => {
        const request: Received = { headers, raw, body: '', trailers: {}, code: -1 };
        this.requests.push(request);
        this.streams.push(stream);
        stream.on('error', () => {});
        stream.on('close', () => {
          request.code = stream.rstCode;
        });
        stream.on('trailers', (trailers) => {
          request.trailers = trailers;
        });
        if (when === 'head') {
          answer(stream, request, stream.session as ServerHttp2Session);
          return;
        }
        stream.on('data', (chunk) => {
          request.body += chunk;
        });
        stream.on('end', () => answer(stream, request, stream.session as ServerHttp2Session));
      },
    );
  }

  /** `when`: whether the answer begins with the end of the request, or at once and reads it itself. */
  static async start(
    answer: Answer = OK,
    when: 'complete' | 'head' = 'complete',
    options: SecureServerOptions | null = null,
    settings: object = {},
  ): Promise<Http2Backend> {
    const backend = new Http2Backend(answer, when, options === null ? null : { ...options, settings });
    if (options === null) backend.server.on('session', (session: ServerHttp2Session) => session.settings(settings));
    backend.server.listen(0, '127.0.0.1');
    await once(backend.server, 'listening');
    return backend;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** What came of a request. */
export type Outcome = {
  status: number;
  headers: IncomingHttpHeaders;
  raw: readonly string[];
  body: string;
  trailers: IncomingHttpHeaders;
  interims: IncomingHttpHeaders[];
  code: number;
  whole: boolean;
};

/** Everything about one request until its stream is closed. */
export function outcome(stream: ClientHttp2Stream): Promise<Outcome> {
  const result: Outcome = {
    status: 0,
    headers: {},
    raw: [],
    body: '',
    trailers: {},
    interims: [],
    code: 0,
    whole: false,
  };
  stream.on('response', (headers, _flags, raw) => {
    result.status = Number(headers[':status']);
    result.headers = headers;
    result.raw = raw as unknown as string[];
  });
  stream.on('headers', (headers) => result.interims.push(headers));
  stream.on('trailers', (headers) => {
    result.trailers = headers;
  });
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => {
    result.body += chunk;
  });
  stream.on('end', () => {
    result.whole = stream.rstCode === 0;
  });
  stream.on('error', () => {});
  return new Promise((resolve) => {
    stream.on('close', () => {
      result.code = stream.rstCode;
      resolve(result);
    });
  });
}

export class Http2Client {
  readonly session: ClientHttp2Session;
  /** Error code of the GOAWAY that came; -1 without. */
  goaway = -1;
  isClosed = false;

  private constructor(session: ClientHttp2Session) {
    this.session = session;
    session.on('error', () => {});
    session.on('goaway', (code) => {
      this.goaway = code;
    });
    session.on('close', () => {
      this.isClosed = true;
    });
  }

  /** With `servername` over TLS. */
  static async connect(port: number, servername?: string, options: object = {}): Promise<Http2Client> {
    const session =
      servername === undefined
        ? connect(`http://127.0.0.1:${port}`, options)
        : connect(`https://127.0.0.1:${port}`, { servername, rejectUnauthorized: false, ...options });
    const client = new Http2Client(session);
    try {
      await once(session, 'connect');
    } catch (error) {
      session.destroy();
      throw error;
    }
    return client;
  }

  /** Opens a stream; `body` null leaves it open. */
  open(
    headers: OutgoingHttpHeaders,
    body: string | Buffer | null = '',
    trailers?: OutgoingHttpHeaders,
  ): ClientHttp2Stream {
    const all = { ':authority': 'a.example', ':path': '/', ...headers };
    const stream = this.session.request(all, {
      endStream: body === '' && !trailers,
      waitForTrailers: trailers !== undefined,
    });
    stream.on('error', () => {});
    if (trailers !== undefined) stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    if (body !== null && (body !== '' || trailers)) stream.end(body);
    return stream;
  }

  ask(headers: OutgoingHttpHeaders = {}, body: string | Buffer = '', trailers?: OutgoingHttpHeaders): Promise<Outcome> {
    return outcome(this.open(headers, body, trailers));
  }

  close(): void {
    this.session.destroy();
  }
}
