import { type ClientHttp2Stream, constants } from 'node:http2';
import type { Carrier } from '../backend/carrier.ts';
import type { BackendConnection } from '../backend/connection.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import type { ResponseSink } from '../backend/response-sink.ts';
import type { BodySource } from '../exchange/client.ts';
import { ERRORS, type ProxyError } from '../exchange/error.ts';
import type { RetainedBody } from '../exchange/retained-body.ts';
import { BodyReader } from '../http1/body.ts';
import { REFUSED } from '../http1/fault.ts';
import { CHUNKED } from '../http1/framing.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import type { MessageWriter } from '../http1/writer.ts';
import { Timer, type TimerOwner } from '../timer-wheel.ts';
import type { BackendSession } from './backend-session.ts';
import { trailerSection } from './fields.ts';
import { RequestBody } from './request-body.ts';
import { cancel } from './reset.ts';
import { StreamResponseHead } from './response-head.ts';

const NOTHING = Buffer.alloc(0);

/** One request on a connection of HTTP/2 to an endpoint. It is used for one stream of its session after the other. */
export class BackendStream implements Carrier, TimerOwner {
  readonly pool: EndpointPool;
  readonly head: ResponseHead;
  readonly body: BodyReader;
  readonly upgradable: BackendConnection | null;
  requests: number;
  answered: boolean;
  private readonly session: BackendSession;
  private readonly streamHead: StreamResponseHead;
  private readonly timer: Timer;
  private stream: ClientHttp2Stream | null;
  private sink: ResponseSink | null;
  private readonly requestBody: RequestBody;
  private isTimed: boolean;
  private awaitsDrain: boolean;
  /** Whether all of the response has come. */
  private isOver: boolean;
  private trailers: Buffer | null;

  constructor(session: BackendSession) {
    const { limits } = session;
    this.pool = session.pool.endpoints;
    this.streamHead = new StreamResponseHead(limits.message);
    this.head = this.streamHead.head;
    this.body = new BodyReader(limits.message);
    this.upgradable = null;
    this.requests = 0;
    this.answered = false;
    this.session = session;
    this.timer = new Timer(this);
    this.stream = null;
    this.sink = null;
    this.requestBody = new RequestBody(limits.message);
    this.isTimed = false;
    this.awaitsDrain = false;
    this.isOver = false;
    this.trailers = null;
  }

  /** Belongs to a sink for its request; `requests` is which one it is on its connection. */
  take(sink: ResponseSink, requests: number): void {
    this.sink = sink;
    this.requests = requests;
    this.answered = false;
    this.requestBody.reset();
    this.isTimed = false;
    this.awaitsDrain = false;
    this.isOver = false;
    this.trailers = null;
  }

  get isCongested(): boolean {
    return this.stream?.writableNeedDrain === true;
  }

  get holdsInput(): boolean {
    return this.stream !== null && this.stream.writableLength > 0;
  }

  /** Every frame comes in memory of its own. */
  isVolatile(): boolean {
    return false;
  }

  lend(): void {}

  // Sending

  sendHead(writer: MessageWriter, body: RetainedBody): void {
    const { lists, scheme } = this.session;
    const list = lists.of(writer, scheme);
    writer.reset();
    this.isTimed = !lists.isGrpc;
    const isEmpty = body.isComplete && body.length === 0 && body.trailers === null;
    // Calls of gRPC have no trailers behind their messages, and waiting for them costs a frame and a write of its own.
    const mayTrail = !isEmpty && body.framing === CHUNKED && !lists.isGrpc;
    const stream = this.session.request(list, isEmpty, mayTrail);
    if (stream === null) {
      // The connection is going away; the exchange that is sending is not to be told before it has done so.
      process.nextTick(() => this.fail(ERRORS.streamRefused));
      return;
    }
    this.stream = stream;
    this.listen(stream, mayTrail);
    if (isEmpty) return;
    this.requestBody.begin(stream, body);
    this.watchDrain(stream);
  }

  sendBody(writer: MessageWriter, source: BodySource, buffer: Buffer, isLast: boolean): void {
    const { stream } = this;
    writer.reset();
    if (stream === null || stream.destroyed || stream.closed) return;
    this.requestBody.send(stream, source, buffer, isLast);
    this.watchDrain(stream);
  }

  private watchDrain(stream: ClientHttp2Stream): void {
    if (!stream.writableNeedDrain || this.awaitsDrain) return;
    this.awaitsDrain = true;
    stream.once('drain', this.onDrain);
  }

  awaitResponse(): void {
    const { responseTimeout } = this.session.limits;
    if (this.isTimed && responseTimeout > 0 && this.sink !== null) this.session.wheel.set(this.timer, responseTimeout);
  }

  pause(): void {
    this.stream?.pause();
  }

  resume(): void {
    this.stream?.resume();
  }

  // Ending

  release(requestComplete: boolean): void {
    if (this.isOver && requestComplete) this.forget();
    else this.destroy();
  }

  destroy(): void {
    const { stream } = this;
    this.forget();
    if (stream === null) this.session.free(this);
    else cancel(stream);
  }

  timeout(): void {
    this.fail(ERRORS.responseStalled);
  }

  private forget(): void {
    this.sink = null;
    this.session.wheel.remove(this.timer);
  }

  private fail(error: ProxyError): void {
    const { sink } = this;
    this.destroy();
    sink?.backendFailed(error);
  }

  // Receiving

  /** Every listener costs, so there are only those of what may come next. */
  private listen(stream: ClientHttp2Stream, mayTrail: boolean): void {
    stream.on('response', this.onResponse);
    stream.on('headers', this.onInterim);
    if (mayTrail) stream.on('wantTrailers', this.onWantTrailers);
    stream.on('error', this.onError);
    stream.on('close', this.onClose);
  }

  private listenToBody(stream: ClientHttp2Stream): void {
    stream.on('data', this.onData);
    stream.on('trailers', this.onTrailers);
    stream.on('end', this.onEnd);
  }

  private readonly onInterim = (_headers: object, _flags: number, list: string[]): void => {
    const { sink } = this;
    if (sink === null) return;
    this.answered = true;
    this.guarded(() => {
      if (this.streamHead.read(list, sink.method) && this.head.status !== 101) sink.interim(this);
      else this.fail(ERRORS.badResponse);
    });
  };

  private readonly onResponse = (_headers: object, flags: number, list: string[]): void => {
    const { sink } = this;
    if (sink === null) return;
    this.answered = true;
    this.guarded(() => this.respond(sink, list, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0));
  };

  private respond(sink: ResponseSink, list: readonly string[], isLast: boolean): void {
    const { body, head } = this;
    if (!this.streamHead.read(list, sink.method)) {
      this.fail(ERRORS.badResponse);
      return;
    }
    this.awaitResponse();
    body.start(head.framing, head.bodyLength, false);
    if (isLast && body.end(null) === REFUSED) {
      this.fail(ERRORS.badResponse);
      return;
    }
    this.isOver = isLast;
    if (!isLast && this.stream !== null) this.listenToBody(this.stream);
    sink.answered(this, NOTHING);
    if (isLast && this.sink === sink) this.complete(sink);
  }

  private readonly onData = (chunk: Buffer): void => {
    const { sink } = this;
    if (sink === null || chunk.length === 0) return;
    this.guarded(() => {
      this.awaitResponse();
      const { body } = this;
      body.read(chunk, 0, chunk.length);
      if (body.position < chunk.length) this.fail(ERRORS.badResponse);
      else sink.responseBody(this, chunk);
    });
  };

  private readonly onTrailers = (_headers: object, _flags: number, list: string[]): void => {
    this.trailers = trailerSection(list);
  };

  private readonly onEnd = (): void => {
    const { sink, stream } = this;
    if (sink === null || this.isOver || !this.answered || stream?.rstCode !== constants.NGHTTP2_NO_ERROR) return;
    this.guarded(() => {
      if (this.body.end(this.trailers) === REFUSED) {
        this.fail(ERRORS.badResponse);
        return;
      }
      this.isOver = true;
      this.complete(sink);
    });
  };

  private complete(sink: ResponseSink): void {
    this.session.wheel.clear(this.timer);
    sink.responseEnd(this);
  }

  private readonly onDrain = (): void => {
    this.awaitsDrain = false;
    const { sink } = this;
    if (sink !== null) this.guarded(() => sink.backendDrained());
  };

  private readonly onWantTrailers = (): void => {
    const { stream } = this;
    if (stream !== null && !stream.destroyed && !stream.closed) stream.sendTrailers(this.requestBody.trailers);
  };

  /** What went wrong is in `rstCode`, and `close` follows. */
  private readonly onError = (): void => {};

  private readonly onClose = (): void => {
    const { sink, stream } = this;
    const code = stream?.rstCode ?? constants.NGHTTP2_NO_ERROR;
    const isRefused = stream !== null && this.session.hasRefused(stream);
    stream?.removeAllListeners('data');
    this.stream = null;
    if (sink !== null) {
      this.forget();
      this.guarded(() => sink.backendFailed(isRefused ? ERRORS.streamRefused : closeError(code)));
    }
    this.session.free(this);
  };

  /** A bug costs the exchange that met it only. */
  private guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      const { sink } = this;
      this.session.pool.endpoints.shared.bug(error);
      this.destroy();
      sink?.crashed();
    }
  }
}

function closeError(code: number): ProxyError {
  if (code === constants.NGHTTP2_REFUSED_STREAM) return ERRORS.streamRefused;
  return code === constants.NGHTTP2_HTTP_1_1_REQUIRED ? ERRORS.backendProtocol : ERRORS.backendClosed;
}
