import {
  constants,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
  type ServerStreamResponseOptions,
} from 'node:http2';
import type { ResponseSource } from '../backend/carrier.ts';
import type { ResponseSide } from '../exchange/client.ts';
import type { ProxyError } from '../exchange/error.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { grpcStatus, isGrpc } from '../exchange/grpc.ts';
import { contentLengthOf } from '../exchange/response-writer.ts';
import type { DirectResponse, HeaderPlan } from '../filter/plan.ts';
import { copyOf } from '../http1/bytes.ts';
import { LENGTH } from '../http1/framing.ts';
import { directList, type HeaderList, interimHeaders, responseList, trailerHeaders } from './fields.ts';

const MAX_INTERIM = 32;
// The list has a Date. (`sendDate` is documented, and not in the types.)
type Options = ServerStreamResponseOptions & { sendDate: boolean };
const WHOLE: Options = { endStream: true, sendDate: false };
const WITHOUT_TRAILERS: Options = { sendDate: false };
const WITH_TRAILERS: Options = { sendDate: false, waitForTrailers: true };
const NO_TRAILERS: OutgoingHttpHeaders = {};

/** The way back on a stream of HTTP/2. */
export class StreamResponse implements ResponseSide {
  status: number;
  bytes: number;
  startedAt: number;
  readonly closes: boolean;
  /** Since when the client takes less than there is, on the wheel's clock; 0 while it does not. */
  congestedSince: number;
  private readonly exchange: Exchange;
  private stream: ServerHttp2Stream | null;
  private interims: number;
  /** Whether END_STREAM is sent, or will be when what was written has left. */
  private isEnded: boolean;
  private trailers: OutgoingHttpHeaders;
  /** Whether they will be asked for, and were not yet. */
  private mayTrail: boolean;
  private afterTrailers: (() => void) | null;
  /** Whether nobody reads the stream: its request has no body. */
  private isUnread: boolean;

  constructor(exchange: Exchange) {
    this.status = 0;
    this.bytes = 0;
    this.startedAt = 0;
    this.closes = false;
    this.congestedSince = 0;
    this.exchange = exchange;
    this.stream = null;
    this.interims = 0;
    this.isEnded = false;
    this.trailers = NO_TRAILERS;
    this.mayTrail = false;
    this.afterTrailers = null;
    this.isUnread = false;
  }

  /** Answers on this stream from now on; `isUnread`: its request has no body. */
  attach(stream: ServerHttp2Stream, isUnread: boolean): void {
    this.stream = stream;
    this.isEnded = false;
    this.trailers = NO_TRAILERS;
    this.mayTrail = false;
    this.afterTrailers = null;
    this.isUnread = isUnread;
    this.congestedSince = 0;
  }

  reset(): void {
    this.status = 0;
    this.bytes = 0;
    this.startedAt = 0;
    this.interims = 0;
  }

  interim(carrier: ResponseSource): boolean {
    if (++this.interims > MAX_INTERIM) return false;
    const { stream } = this;
    // RFC 9113 section 8.6: a change of protocol is not HTTP/2's; 101 is no interim response here.
    if (stream !== null && isOpen(stream)) stream.additionalHeaders(interimHeaders(carrier.head));
    return true;
  }

  continue(): void {
    const { stream } = this;
    if (stream !== null && isOpen(stream)) stream.additionalHeaders({ ':status': 100 });
  }

  begin(carrier: ResponseSource, buffer: Buffer): void {
    const { client, route, runtime } = this.exchange;
    const { body, head } = carrier;
    this.status = head.status;
    if (runtime.accessLog !== null) this.startedAt = performance.now();
    const { stream } = this;
    if (stream === null || !isOpen(stream)) return;
    const { cors, response: own } = route.ref!;
    const plan = this.exchange.guard.responsePlan(own);
    const list = responseList(head, plan, cors === null ? null : cors.response(client.head));
    if (body.isDone && body.segmentCount === 0 && !body.hasTrailers) {
      this.respondWhole(stream, list);
      return;
    }
    if (head.framing !== LENGTH || body.hasTrailers) {
      this.skipRequest(stream);
      this.mayTrail = true;
      stream.on('wantTrailers', this.sendTrailers);
      stream.respond(list, WITH_TRAILERS);
    } else stream.respond(list, WITHOUT_TRAILERS);
    this.ranges(stream, carrier, buffer);
  }

  body(carrier: ResponseSource, buffer: Buffer): void {
    const { stream } = this;
    if (stream !== null && isOpen(stream)) this.ranges(stream, carrier, buffer);
  }

  end(carrier: ResponseSource): void {
    const { stream } = this;
    if (this.isEnded || stream === null || !isOpen(stream)) return;
    if (carrier.body.hasTrailers) this.trailers = trailerHeaders(carrier.body.trailers);
    this.isEnded = true;
    stream.end();
  }

  /** The trailers of gRPC say it, inside of a message too: with another status than OK nobody takes it for whole. */
  breakOff(error: ProxyError): boolean {
    const { stream } = this;
    if (stream === null || !this.mayTrail || this.isEnded || error.status === 0) return false;
    if (!isOpen(stream) || !isGrpc(this.exchange.client.head)) return false;
    this.trailers = Object.fromEntries(grpcStatus(error));
    this.isEnded = true;
    stream.end();
    return true;
  }

  answer(response: DirectResponse, plan: HeaderPlan | null, cors: HeaderPlan | null): void {
    const { stream } = this;
    if (stream === null || !isOpen(stream) || stream.headersSent) return;
    const body = typeof response.body === 'string' ? Buffer.from(response.body) : response.body;
    const isEmpty = body.length === 0;
    const list = directList(response, lengthOf(response, body), plan, cors);
    if (isEmpty || this.exchange.method === 'HEAD') {
      this.respondWhole(stream, list);
      return;
    }
    this.isEnded = true;
    this.bytes = body.length;
    stream.respond(list, WITHOUT_TRAILERS);
    stream.end(body);
  }

  private respondWhole(stream: ServerHttp2Stream, list: HeaderList): void {
    this.isEnded = true;
    this.skipRequest(stream);
    stream.respond(list, WHOLE);
  }

  /**
   * Lets the end of a request without a body be read, where the end of the response is no write: node:http2 would close a
   * stream that nobody has read from, and reset it. Elsewhere that end is left to be read when the stream closes. A stream that
   * has met both ends is destroyed as its last frame is made, which on TLS is before it has been written; and one that is destroyed
   * with a write under way is freed by a full garbage collection only.
   */
  private skipRequest(stream: ServerHttp2Stream): void {
    if (this.isUnread) stream.resume();
  }

  private readonly drained = (): void => {
    this.congestedSince = 0;
    this.exchange.clientDrained();
  };

  /** All of the body has left. */
  private readonly sendTrailers = (): void => {
    const { afterTrailers, stream } = this;
    this.mayTrail = false;
    if (stream !== null && isOpen(stream)) stream.sendTrailers(this.trailers);
    if (afterTrailers !== null) setImmediate(afterTrailers);
  };

  /**
   * Calls `done` when the response that was ended may have left. nghttp2 drops what has not left yet of a stream that is reset,
   * and a response to a request that is being read leaves after the reading; trailers do when they are asked for.
   */
  whenSent(done: () => void): void {
    if (this.mayTrail) this.afterTrailers = done;
    else setImmediate(done);
  }

  private ranges(stream: ServerHttp2Stream, carrier: ResponseSource, buffer: Buffer): void {
    const { body } = carrier;
    const { segments, segmentCount } = body;
    const isVolatile = carrier.isVolatile(buffer);
    this.bytes = body.received;
    for (let index = 0; index < segmentCount; index++) {
      const start = segments[index * 2]!;
      const end = segments[index * 2 + 1]!;
      const chunk = isVolatile ? copyOf(buffer, start, end) : buffer.subarray(start, end);
      if (body.isDone && !body.hasTrailers && index === segmentCount - 1) {
        this.isEnded = true;
        stream.end(chunk);
      } else stream.write(chunk);
    }
    if (stream.writableLength === 0) return;
    carrier.lend();
    if (stream.writableNeedDrain) this.congest(stream, carrier);
  }

  private congest(stream: ServerHttp2Stream, carrier: ResponseSource): void {
    carrier.pause();
    if (this.congestedSince > 0) return;
    this.congestedSince = this.exchange.runtime.wheel.now;
    stream.once('drain', this.drained);
  }
}

/** None where a gRPC error says everything in its header section. */
function lengthOf(response: DirectResponse, body: Buffer): number {
  const isBare = body.length === 0 && response.length === undefined && response.status === 200;
  return isBare ? -1 : contentLengthOf(response, body);
}

function isOpen(stream: ServerHttp2Stream): boolean {
  return !stream.destroyed && !stream.closed && stream.rstCode === constants.NGHTTP2_NO_ERROR;
}
