import type { Socket } from 'node:net';
import type { Endpoint } from '../../ir/table.ts';
import type { BodySource } from '../exchange/client.ts';
import { ERRORS, type ProxyError } from '../exchange/error.ts';
import { writeTrailers } from '../exchange/request-writer.ts';
import type { RetainedBody } from '../exchange/retained-body.ts';
import { BodyReader } from '../http1/body.ts';
import { DONE, MORE, REFUSED } from '../http1/fault.ts';
import { CHUNKED } from '../http1/framing.ts';
import { ResponseHead } from '../http1/response-head.ts';
import type { MessageWriter } from '../http1/writer.ts';
import type { ProxyLimits } from '../options.ts';
import { Timer, type TimerOwner, type TimerWheel } from '../timer-wheel.ts';
import { ReadMemory, sendBody, sendWriter } from '../wire.ts';
import type { Carrier } from './carrier.ts';
import { connectTo } from './connect.ts';
import type { EndpointPool } from './endpoint-pool.ts';
import { idleTime, keepAliveHint } from './keep-alive.ts';
import { PartialHead } from './partial-head.ts';
import type { BackendTunnel, ResponseSink } from './response-sink.ts';
import { connectError } from './security.ts';

const CONNECTING = 0;
const IDLE = 1;
const HEAD = 2;
const BODY = 3;
const COMPLETE = 4;
const TUNNEL = 5;
const CLOSED = 6;

/** One HTTP/1.1 connection to an endpoint. It is idle in its pool, or belongs to one sink for one request. */
export class BackendConnection implements Carrier, TimerOwner {
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
  private readonly isTls: boolean;
  /** Whether the endpoint has accepted the connection; with TLS that is only half of it. */
  private isReached: boolean;
  private readonly memory: ReadMemory;
  private readonly wheel: TimerWheel;
  private readonly limits: ProxyLimits;
  private readonly timer: Timer;
  private state: number;
  private sink: ResponseSink | null;
  private tunnel: BackendTunnel | null;
  private readonly partial: PartialHead;
  private isPaused: boolean;

  constructor(pool: EndpointPool, endpoint: Endpoint, sink: ResponseSink) {
    const { limits, reads, wheel } = pool.shared;
    this.pool = pool;
    this.memory = new ReadMemory(reads);
    const { security } = pool;
    this.isTls = security !== null;
    this.socket = connectTo(endpoint, security, 'http/1.1', this.memory, (buffer, count) =>
      this.received(buffer, count),
    );
    this.head = new ResponseHead(limits.message);
    this.body = new BodyReader(limits.message);
    this.requests = 0;
    this.answered = false;
    this.keepAliveHint = -1;
    this.wheel = wheel;
    this.limits = limits;
    this.timer = new Timer(this);
    this.state = CONNECTING;
    this.isReached = false;
    this.sink = sink;
    this.tunnel = null;
    this.partial = new PartialHead();
    this.isPaused = false;
    if (security === null) this.socket.on('connect', () => this.guarded(this.opened));
    else {
      this.socket.on('connect', () => (this.isReached = true));
      this.socket.on('secureConnect', () => this.guarded(this.opened));
      this.socket.on('data', (chunk: Buffer) => this.received(chunk, chunk.length));
    }
    this.socket.on('drain', () => this.guarded(this.drained));
    this.socket.on('end', () => this.guarded(this.ended));
    this.socket.on('error', (error) => this.guarded(() => this.lost(error)));
    this.socket.on('close', () => this.guarded(() => this.lost(null)));
    this.socket.resume();
    if (limits.connectTimeout > 0) wheel.set(this.timer, limits.connectTimeout);
  }

  get isOpen(): boolean {
    return this.state !== CLOSED;
  }

  get upgradable(): BackendConnection {
    return this;
  }

  get holdsInput(): boolean {
    return this.socket.writableLength > 0;
  }

  get isCongested(): boolean {
    return this.socket.writableNeedDrain;
  }

  /** Gives the idle connection to a sink for its next request. */
  take(sink: ResponseSink): void {
    this.wheel.clear(this.timer);
    this.sink = sink;
    this.begin();
  }

  isVolatile(buffer: Buffer): boolean {
    return buffer === this.partial.buffer || this.memory.isShared(buffer);
  }

  lend(): void {
    this.memory.lend();
  }

  sendHead(writer: MessageWriter, body: RetainedBody): void {
    body.write(writer);
    const { departures } = this.pool.shared;
    const isHeld = departures.isGathering && body.isComplete;
    if (isHeld) departures.hold(this.socket);
    sendWriter(this.socket, writer, this.isTls || isHeld);
  }

  sendBody(writer: MessageWriter, source: BodySource, buffer: Buffer, isLast: boolean): void {
    const { body } = source;
    const inChunks = !source.isFramed && source.head.framing === CHUNKED;
    sendBody(this.socket, writer, body, buffer, source.isVolatile, inChunks, this.isTls);
    if (!isLast) return;
    if (inChunks) writer.text('0\r\n');
    if (body.hasTrailers) writeTrailers(writer, body.trailers);
    else if (inChunks) writer.text('\r\n');
    if (writer.length > 0) sendWriter(this.socket, writer, this.isTls);
  }

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
        if (this.limits.backendIdleTimeout > 0) {
          this.wheel.set(this.timer, idleTime(this.limits.backendIdleTimeout, this.keepAliveHint));
        }
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
    this.partial.length = 0;
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
    const { head, partial, requests } = this;
    if (partial.length > 0) {
      buffer = partial.join(buffer, start, end);
      end = partial.length;
      start = 0;
      partial.length = 0;
    }
    for (;;) {
      const result = head.parse(buffer, start, end, sink.method);
      if (result === MORE) {
        partial.hold(buffer, start, end);
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
    this.keepAliveHint = keepAliveHint(this.head);
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
      this.lost(null);
    }
  }

  private lost(error: unknown): void {
    if (this.state === CLOSED) return;
    if (this.state === COMPLETE) {
      this.head.keepAlive = false;
      return;
    }
    this.fail(this.state === CONNECTING ? connectError(error, this.isReached) : ERRORS.backendClosed);
  }

  private fail(error: ProxyError): void {
    const sink = this.sink;
    if (this.state === CONNECTING) this.pool.connectFailed();
    this.destroy();
    sink?.backendFailed(error);
  }
}
