import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../../ir/table.ts';
import { ERRORS, type ProxyError } from '../exchange/error.ts';
import { BodyReader } from '../http1/body.ts';
import { DONE, MORE, REFUSED } from '../http1/fault.ts';
import { KEEP_ALIVE } from '../http1/known-field.ts';
import { ResponseHead } from '../http1/response-head.ts';
import type { ProxyLimits } from '../options.ts';
import { Timer, type TimerOwner, type TimerWheel } from '../timer-wheel.ts';
import { onread, ReadMemory } from '../wire.ts';
import type { EndpointPool } from './endpoint-pool.ts';
import type { BackendTunnel, ResponseSink } from './response-sink.ts';

const CONNECTING = 0;
const IDLE = 1;
const HEAD = 2;
const BODY = 3;
const COMPLETE = 4;
const TUNNEL = 5;
const CLOSED = 6;

const NOTHING = Buffer.alloc(0);

/** One HTTP/1.1 connection to an endpoint. It is idle in its pool, or belongs to one sink for one request. */
export class BackendConnection implements TimerOwner {
  readonly pool: EndpointPool;
  readonly socket: Socket;
  readonly head: ResponseHead;
  readonly body: BodyReader;
  /** Requests sent so far. */
  requests: number;
  /** Whether any byte of the current response has come. */
  answered: boolean;
  /** Milliseconds that the endpoint said it keeps an idle connection; -1 when it did not say. */
  keepAliveHint: number;
  private readonly memory: ReadMemory;
  private readonly wheel: TimerWheel;
  private readonly limits: ProxyLimits;
  private readonly timer: Timer;
  private state: number;
  private sink: ResponseSink | null;
  private tunnel: BackendTunnel | null;
  /** Bytes of a head that is not complete. */
  private partial: Buffer;
  private partialLength: number;
  private isPaused: boolean;

  constructor(pool: EndpointPool, endpoint: Endpoint, sink: ResponseSink) {
    const { limits, reads, wheel } = pool.shared;
    this.pool = pool;
    this.memory = new ReadMemory(reads);
    this.socket = connect({
      host: endpoint.address,
      port: endpoint.port,
      noDelay: true,
      allowHalfOpen: true,
      onread: onread(this.memory, (buffer, count) => this.received(buffer, count)),
    });
    this.head = new ResponseHead(limits.message);
    this.body = new BodyReader(limits.message);
    this.requests = 0;
    this.answered = false;
    this.keepAliveHint = -1;
    this.wheel = wheel;
    this.limits = limits;
    this.timer = new Timer(this);
    this.state = CONNECTING;
    this.sink = sink;
    this.tunnel = null;
    this.partial = NOTHING;
    this.partialLength = 0;
    this.isPaused = false;
    this.socket.on('connect', () => this.guarded(this.opened));
    this.socket.on('drain', () => this.guarded(this.drained));
    this.socket.on('end', () => this.guarded(this.ended));
    this.socket.on('error', () => this.guarded(this.lost));
    this.socket.on('close', () => this.guarded(this.lost));
    this.socket.resume();
    if (limits.connectTimeout > 0) wheel.set(this.timer, limits.connectTimeout);
  }

  get isOpen(): boolean {
    return this.state !== CLOSED;
  }

  /** Whether more is waiting to be sent than the limits want to have in memory. */
  get isCongested(): boolean {
    return this.socket.writableNeedDrain;
  }

  /** Gives the idle connection to a sink for its next request. */
  take(sink: ResponseSink): void {
    this.wheel.clear(this.timer);
    this.sink = sink;
    this.begin();
  }

  /** Whether `buffer` is memory that is used again: what is not copied is lost. */
  isVolatile(buffer: Buffer): boolean {
    return buffer === this.partial || this.memory.isShared(buffer);
  }

  /** Somebody still holds on to what was read last. */
  lend(): void {
    this.memory.lend();
  }

  /** Starts the clock of a silent backend; the sink calls it when the request has been sent. */
  awaitResponse(): void {
    if (this.limits.responseTimeout > 0) this.wheel.set(this.timer, this.limits.responseTimeout);
  }

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.isPaused || this.state === CLOSED) return;
    this.isPaused = false;
    this.socket.resume();
  }

  /** The exchange is over. The connection is kept when both messages are complete and nobody objects. */
  release(requestComplete: boolean): void {
    if (this.state === COMPLETE && requestComplete && this.head.keepAlive && !this.socket.writableNeedDrain) {
      this.state = IDLE;
      this.sink = null;
      this.memory.expectLittle();
      this.resume();
      if (this.pool.keep(this)) {
        if (this.limits.backendIdleTimeout > 0) this.wheel.set(this.timer, this.idleTime());
        return;
      }
    }
    this.destroy();
  }

  /** Ends the connection at once; its sink is not told. */
  destroy(): void {
    this.sink = null;
    if (this.state === CLOSED) return;
    this.state = CLOSED;
    this.wheel.remove(this.timer);
    this.memory.expectLittle();
    this.socket.destroy();
    this.pool.closed(this);
  }

  /** From now on bytes go through as they are (RFC 9110 section 7.8). */
  startTunnel(tunnel: BackendTunnel): void {
    this.state = TUNNEL;
    this.tunnel = tunnel;
    this.wheel.clear(this.timer);
  }

  /** Ends our half of an upgraded connection. */
  endTunnel(): void {
    if (this.state === TUNNEL) this.socket.end();
  }

  /** Both halves of the tunnel have ended: what is still to be sent leaves, and then the connection is gone. */
  finishTunnel(): void {
    this.sink = null;
    this.tunnel = null;
    if (this.socket.writableLength === 0) this.destroy();
    else this.wheel.set(this.timer, this.limits.writeTimeout);
  }

  timeout(): void {
    if (this.state === CONNECTING) this.fail(ERRORS.connectTimeout);
    else if (this.state === IDLE) this.destroy();
    else this.fail(ERRORS.responseStalled);
  }

  private received(buffer: Buffer, count: number): void {
    try {
      this.receive(buffer, 0, count);
    } catch (error) {
      this.crashed(error);
    }
  }

  private guarded(handler: () => void): void {
    try {
      handler.call(this);
    } catch (error) {
      this.crashed(error);
    }
  }

  /** A bug costs the exchange that met it only. */
  private crashed(error: unknown): void {
    const { sink } = this;
    this.pool.shared.bug(error);
    this.destroy();
    sink?.crashed();
  }

  private drained(): void {
    this.sink?.backendDrained();
  }

  private opened(): void {
    if (this.state !== CONNECTING) return;
    this.wheel.clear(this.timer);
    this.pool.opened();
    if (this.sink === null) {
      this.destroy();
      return;
    }
    this.begin();
    this.sink.connected(this);
  }

  private begin(): void {
    this.state = HEAD;
    this.answered = false;
    this.partialLength = 0;
    this.requests++;
    this.head.reset();
  }

  private receive(buffer: Buffer, start: number, end: number): void {
    const sink = this.sink;
    this.answered = true;
    if (this.state === TUNNEL) {
      this.tunnel?.fromBackend(buffer, start, end);
      return;
    }
    // Bytes that nobody asked for would be taken for the next response: the classic desynchronisation.
    if (sink === null || this.state === IDLE || this.state === COMPLETE) {
      if (this.state === COMPLETE) this.head.keepAlive = false;
      else this.destroy();
      return;
    }
    if (this.limits.responseTimeout > 0) this.wheel.set(this.timer, this.limits.responseTimeout);
    if (this.state === HEAD) this.receiveHead(sink, buffer, start, end);
    else this.receiveBody(sink, buffer, start, end);
  }

  private receiveHead(sink: ResponseSink, buffer: Buffer, start: number, end: number): void {
    const { head, requests } = this;
    if (this.partialLength > 0) {
      buffer = this.joined(buffer, start, end);
      end = this.partialLength + end - start;
      start = 0;
      this.partialLength = 0;
    }
    for (;;) {
      const result = head.parse(buffer, start, end, sink.method);
      if (result === MORE) {
        this.keepPartial(buffer, start, end);
        return;
      }
      if (result === REFUSED) {
        this.fail(ERRORS.badResponse);
        return;
      }
      start += head.length;
      if (head.status >= 200 || head.status === 101) break;
      sink.interim(this);
      if (!this.isFor(sink, requests)) return;
      head.reset();
      if (start === end) return;
    }
    this.state = BODY;
    this.readKeepAlive();
    this.body.start(head.framing, head.bodyLength, !sink.decodesChunks);
    const result = this.body.read(buffer, start, end);
    if (result === REFUSED) {
      this.fail(ERRORS.badResponse);
      return;
    }
    if (result === DONE) this.complete(end);
    else this.memory.expectMuch();
    sink.answered(this, buffer);
    if (!this.isFor(sink, requests)) return;
    if (this.isTunnel) {
      if (this.body.position < end) this.tunnel?.fromBackend(buffer, this.body.position, end);
    } else if (result === DONE) sink.responseEnd(this);
    else if (this.body.position < end) this.receiveBody(sink, buffer, this.body.position, end);
  }

  private receiveBody(sink: ResponseSink, buffer: Buffer, start: number, end: number): void {
    const { body, requests } = this;
    for (let at = start; at < end; at = body.position) {
      const result = body.read(buffer, at, end);
      if (result === REFUSED) {
        this.fail(ERRORS.badResponse);
        return;
      }
      if (result === DONE) this.complete(end);
      sink.responseBody(this, buffer);
      if (!this.isFor(sink, requests)) return;
      if (result === DONE) {
        sink.responseEnd(this);
        return;
      }
    }
  }

  /** Whether the connection still serves that request: it may have been released and even taken again meanwhile. */
  private isFor(sink: ResponseSink, request: number): boolean {
    return this.sink === sink && this.requests === request;
  }

  private get isTunnel(): boolean {
    return this.state === TUNNEL;
  }

  private complete(end: number): void {
    this.state = COMPLETE;
    this.wheel.clear(this.timer);
    // More than the response: whatever it is, the connection is not to be trusted with another request.
    if (this.body.position < end && this.head.status !== 101) this.head.keepAlive = false;
  }

  /** FIN: the end of a body that has no other end, and the end of everything else. */
  private ended(): void {
    const sink = this.sink;
    if (this.state === TUNNEL) {
      this.tunnel?.backendEnded();
    } else if (this.state === BODY && this.body.mayEnd) {
      this.state = COMPLETE;
      this.wheel.clear(this.timer);
      sink!.responseEnd(this);
    } else if (this.state === COMPLETE) {
      this.head.keepAlive = false;
    } else {
      this.lost();
    }
  }

  private lost(): void {
    if (this.state === CLOSED) return;
    if (this.state === COMPLETE) {
      this.head.keepAlive = false;
      return;
    }
    this.fail(this.state === CONNECTING ? ERRORS.connectFailed : ERRORS.backendClosed);
  }

  private fail(error: ProxyError): void {
    const sink = this.sink;
    if (error === ERRORS.connectFailed || error === ERRORS.connectTimeout) this.pool.connectFailed();
    this.destroy();
    sink?.backendFailed(error);
  }

  private joined(buffer: Buffer, start: number, end: number): Buffer {
    this.ensurePartial(this.partialLength + end - start);
    buffer.copy(this.partial, this.partialLength, start, end);
    return this.partial;
  }

  private keepPartial(buffer: Buffer, start: number, end: number): void {
    if (buffer !== this.partial || start !== 0) {
      this.ensurePartial(end - start);
      buffer.copy(this.partial, 0, start, end);
    }
    this.partialLength = end - start;
  }

  private ensurePartial(length: number): void {
    if (this.partial.length >= length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(1_024, length * 2));
    this.partial.copy(grown, 0, 0, this.partialLength);
    this.partial = grown;
  }

  /** `Keep-Alive: timeout=5`: nobody standardised it any more, everybody sends it (RFC 2068 section 19.7.1). */
  private readKeepAlive(): void {
    const value = this.head.fields.has(KEEP_ALIVE) ? this.head.header('keep-alive') : null;
    const match = value === null ? null : /(?:^|[\s,])timeout\s*=\s*(\d{1,6})/i.exec(value);
    this.keepAliveHint = match === null ? -1 : Number(match[1]) * 1_000;
  }

  private idleTime(): number {
    const limit = this.limits.backendIdleTimeout;
    if (this.keepAliveHint < 0) return limit;
    // Half a second before the endpoint means to close, so that no request meets its FIN on the way.
    return Math.min(limit, Math.max(0, this.keepAliveHint - 500));
  }
}
