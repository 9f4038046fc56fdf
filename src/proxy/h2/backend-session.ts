import { type ClientHttp2Session, type ClientHttp2Stream, connect, type Settings } from 'node:http2';
import { connect as connectSocket, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ResponseSink } from '../backend/response-sink.ts';
import { connectError } from '../backend/security.ts';
import { ERRORS, type ProxyError } from '../exchange/error.ts';
import type { ProxyLimits } from '../options.ts';
import { Timer, type TimerOwner, type TimerWheel } from '../timer-wheel.ts';
import { BackendStream } from './backend-stream.ts';
import type { HeaderList } from './fields.ts';
import { backendSessionOptions, SESSION_WINDOW } from './limits.ts';
import { RequestLists } from './request-list.ts';
import type { SessionPool } from './session-pool.ts';

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/** What a peer may be expected to allow before it has said so (RFC 9113 section 6.5.2). */
const STREAMS_AT_FIRST = 100;
/** Streams that wait to be used again; more are made when they are needed. A few KiB each, and few connections have them. */
const SPARES = 128;

/** One connection of HTTP/2 to an endpoint, with as many requests at once as the endpoint allows. */
export class BackendSession implements TimerOwner {
  readonly pool: SessionPool;
  readonly limits: ProxyLimits;
  readonly wheel: TimerWheel;
  readonly scheme: 'http' | 'https';
  readonly lists: RequestLists;
  private readonly socket: Socket;
  private readonly session: ClientHttp2Session;
  private readonly timer: Timer;
  private readonly spares: BackendStream[];
  private state: number;
  private isReached: boolean;
  /** What the socket failed with; null while it has not. */
  private failure: unknown;
  private maxStreams: number;
  private streams: number;
  private requests: number;
  /** The last stream that the endpoint may have looked at (GOAWAY). */
  private lastSeen: number;
  /** When a stream was last opened or closed, on the wheel's clock. */
  private used: number;
  private isProbed: boolean;

  constructor(pool: SessionPool) {
    const { endpoint, security, shared } = pool.endpoints;
    this.pool = pool;
    this.limits = shared.limits;
    this.wheel = shared.wheel;
    this.scheme = security === null ? 'http' : 'https';
    this.lists = new RequestLists();
    this.timer = new Timer(this);
    this.spares = [];
    this.state = CONNECTING;
    this.isReached = false;
    this.failure = null;
    this.maxStreams = STREAMS_AT_FIRST;
    this.streams = 0;
    this.requests = 0;
    this.lastSeen = Number.POSITIVE_INFINITY;
    this.used = 0;
    this.isProbed = false;
    this.socket =
      security === null
        ? connectSocket({ host: endpoint.address, port: endpoint.port, noDelay: true })
        : security.connect(endpoint, 'h2');
    this.socket.on('connect', () => {
      this.isReached = true;
    });
    this.socket.on('error', (error) => {
      this.failure ??= error;
    });
    this.session = connect(`${this.scheme}://${pool.endpoints.name}`, {
      ...backendSessionOptions(this.limits),
      createConnection: () => this.socket,
    });
    this.session.on('connect', () => this.opened());
    this.session.on('remoteSettings', (settings) => this.allow(settings));
    this.session.on('error', (error) => {
      this.failure ??= error;
    });
    this.session.on('goaway', (_code, lastStream) => {
      this.lastSeen = Math.min(this.lastSeen, lastStream);
      this.pool.leaving(this);
    });
    this.session.on('close', () => this.closed());
    if (this.limits.connectTimeout > 0) this.wheel.set(this.timer, this.limits.connectTimeout);
  }

  get isConnecting(): boolean {
    return this.state === CONNECTING;
  }

  get hasRoom(): boolean {
    const { session } = this;
    return this.state === OPEN && this.streams < this.maxStreams && !session.closed && !session.destroyed;
  }

  /** A stream for the sink's request. There is room. */
  take(sink: ResponseSink): BackendStream {
    this.streams++;
    this.used = this.wheel.now;
    const stream = this.spares.pop() ?? new BackendStream(this);
    stream.take(sink, ++this.requests);
    return stream;
  }

  /** Null when the connection takes no more requests. */
  request(list: HeaderList, isWhole: boolean, waitForTrailers: boolean): ClientHttp2Stream | null {
    const { session } = this;
    if (session.closed || session.destroyed) return null;
    return session.request(list, { endStream: isWhole, waitForTrailers });
  }

  /** Whether the endpoint has said that it will never look at this stream (RFC 9113 section 6.8). */
  hasRefused({ id }: ClientHttp2Stream): boolean {
    return id !== undefined && id > this.lastSeen;
  }

  /** A stream is closed, and its object may serve another one. */
  free(stream: BackendStream): void {
    this.streams--;
    this.used = this.wheel.now;
    if (this.spares.length < SPARES) this.spares.push(stream);
    this.pool.freed(this);
  }

  /** Takes no new request; those under way finish. */
  retire(): void {
    if (this.state === CONNECTING) this.destroy();
    else this.session.close();
  }

  private destroy(): void {
    this.session.destroy();
    this.socket.destroy();
  }

  /** Too late for the connection, too long without requests, or time to ask whether the endpoint is still there. */
  timeout(): void {
    const { backendSessionIdleTimeout, backendPing } = this.limits;
    const { now } = this.wheel;
    if (this.state === CONNECTING) {
      this.fail(ERRORS.connectTimeout);
    } else if (this.streams === 0 && now - this.used >= backendSessionIdleTimeout) {
      this.session.close();
    } else if (this.isProbed) {
      this.destroy();
    } else if (this.streams > 0 && backendPing > 0 && now - this.used >= backendPing) {
      this.isProbed = true;
      this.session.ping(() => {
        this.isProbed = false;
        this.used = this.wheel.now;
        if (this.state === OPEN) this.watch();
      });
      this.wheel.set(this.timer, this.limits.connectTimeout || backendPing);
    } else this.watch();
  }

  private watch(): void {
    const { backendSessionIdleTimeout, backendPing } = this.limits;
    const { now } = this.wheel;
    const idle = (this.streams === 0 ? this.used : now) + backendSessionIdleTimeout;
    const next = backendPing > 0 ? Math.min(idle, this.used + backendPing) : idle;
    this.wheel.set(this.timer, Math.max(20, next - now));
  }

  private opened(): void {
    if (this.state !== CONNECTING) return;
    const { alpnProtocol } = this.socket as TLSSocket;
    if (this.scheme === 'https' && alpnProtocol !== 'h2') {
      this.fail(ERRORS.backendProtocol);
      return;
    }
    this.state = OPEN;
    this.used = this.wheel.now;
    this.session.setLocalWindowSize(SESSION_WINDOW);
    this.watch();
    this.pool.opened(this);
  }

  private allow({ maxConcurrentStreams }: Settings): void {
    this.maxStreams = Math.max(1, maxConcurrentStreams ?? STREAMS_AT_FIRST);
    if (this.state === OPEN) this.pool.freed(this);
  }

  private closed(): void {
    this.fail(connectError(this.failure, this.isReached));
  }

  /** The connection is gone, or has never been. Its streams hear of it themselves. */
  private fail(error: ProxyError): void {
    if (this.state === CLOSED) return;
    const wasConnecting = this.state === CONNECTING;
    this.state = CLOSED;
    this.wheel.remove(this.timer);
    this.destroy();
    this.pool.closed(this, wasConnecting ? error : null);
  }
}
