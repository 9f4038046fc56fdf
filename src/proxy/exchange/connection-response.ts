import type { ResponseSource } from '../backend/carrier.ts';
import type { DirectResponse, HeaderPlan } from '../filter/plan.ts';
import { CHUNKED, UNTIL_CLOSE } from '../http1/framing.ts';
import { sendBody } from '../wire.ts';
import type { ResponseSide } from './client.ts';
import type { ClientConnection } from './client-connection.ts';
import type { Exchange } from './exchange.ts';
import { writeTrailers } from './request-writer.ts';
import { type ResponseFraming, writeDirectResponse, writeResponseHead } from './response-writer.ts';

const MAX_INTERIM = 32;
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** The way back on a connection of HTTP/1.1: how the response is framed, and whether the connection lives on after it. */
export class ConnectionResponse implements ResponseSide {
  /** Status of the head that was sent; 0 before. */
  status: number;
  /** Bytes of the body so far, without framing. */
  bytes: number;
  /** When it was sent, on the clock of `performance.now()`, if somebody wants to know; 0 before. */
  startedAt: number;
  /** Whether the client's connection ends with this response. */
  closes: boolean;
  private readonly client: ClientConnection;
  private readonly exchange: Exchange;
  private readonly framing: ResponseFraming;
  /** Whether a body that ends with the backend's connection is sent in chunks. */
  private inChunks: boolean;
  private interims: number;

  constructor(client: ClientConnection, exchange: Exchange) {
    this.status = 0;
    this.bytes = 0;
    this.startedAt = 0;
    this.closes = false;
    this.client = client;
    this.exchange = exchange;
    this.framing = { isChunked: false, closes: false, saysKeepAlive: false };
    this.inChunks = false;
    this.interims = 0;
  }

  reset(): void {
    this.status = 0;
    this.bytes = 0;
    this.startedAt = 0;
    this.closes = false;
    this.inChunks = false;
    this.interims = 0;
  }

  /** Passes a 1xx on; false when there are too many of them. */
  interim(carrier: ResponseSource): boolean {
    if (++this.interims > MAX_INTERIM) return false;
    const { client } = this;
    const { runtime } = client;
    if (client.head.minor === 0) return true;
    // RFC 9110 section 15.2: a proxy forwards every 1xx that it did not ask for itself.
    const { writer } = runtime;
    writer.reset();
    this.frame(false, false);
    writeResponseHead(writer, carrier.head, null, null, this.framing);
    client.send(writer);
    return true;
  }

  continue(): void {
    this.client.sendBytes(CONTINUE);
  }

  /** Sends the head of a final response, and the ranges of its body that came with it. */
  begin(carrier: ResponseSource, buffer: Buffer): void {
    const { client } = this;
    const { route, runtime } = this.exchange;
    const { head } = client;
    const response = carrier.head;
    this.status = response.status;
    if (runtime.accessLog !== null) this.startedAt = performance.now();
    const isUntilClose = response.framing === UNTIL_CLOSE;
    const isChunked = response.framing === CHUNKED;
    // HTTP/1.0 knows no chunks: there the end of the connection ends the body. Chunks that were taken apart are made anew.
    this.inChunks = head.minor === 1 && (isUntilClose || (isChunked && this.exchange.decodesChunks));
    const mustClose = head.minor === 0 && (isUntilClose || isChunked);
    this.frame(head.minor === 1 && (isUntilClose || isChunked), mustClose || this.mustClose());
    const { writer } = runtime;
    const { cors, response: own } = route.ref!;
    const plan = this.exchange.guard.responsePlan(own);
    writer.reset();
    writeResponseHead(writer, response, plan, cors === null ? null : cors.response(head), this.framing);
    if (response.status === 101) client.send(writer);
    else this.ranges(carrier, buffer);
  }

  /** Sends the ranges of the body that have come. */
  body(carrier: ResponseSource, buffer: Buffer): void {
    this.exchange.runtime.writer.reset();
    this.ranges(carrier, buffer);
  }

  /** HTTP/1.1 has no words for it. */
  breakOff(): boolean {
    return false;
  }

  /** Sends what ends the body. */
  end(carrier: ResponseSource): void {
    const { client } = this;
    const { runtime } = client;
    if (this.inChunks && !carrier.body.hasTrailers) {
      client.sendBytes(LAST_CHUNK);
    } else if (carrier.body.hasTrailers && client.head.minor === 1) {
      const { writer } = runtime;
      writer.reset();
      if (this.inChunks) writer.text('0\r\n');
      writeTrailers(writer, carrier.body.trailers);
      client.send(writer);
    }
  }

  /** Sends a response of the proxy's own, whole. */
  answer(response: DirectResponse, plan: HeaderPlan | null, cors: HeaderPlan | null, closes: boolean): void {
    const { client } = this;
    const { method, runtime } = this.exchange;
    const { writer } = runtime;
    this.frame(false, closes || this.mustClose());
    writer.reset();
    this.bytes = writeDirectResponse(writer, response, plan, cors, this.framing, method !== 'HEAD');
    client.send(writer);
  }

  private ranges(carrier: ResponseSource, buffer: Buffer): void {
    const { client } = this;
    const { runtime } = client;
    const { socket } = client;
    const isVolatile = carrier.isVolatile(buffer);
    this.bytes = carrier.body.received;
    sendBody(socket, runtime.writer, carrier.body, buffer, isVolatile, this.inChunks, client.isTls);
    if (socket.writableLength > 0) {
      carrier.lend();
      if (client.isCongested) carrier.pause();
    }
  }

  private frame(isChunked: boolean, closes: boolean): void {
    this.closes = closes;
    this.framing.isChunked = isChunked;
    this.framing.closes = closes;
    this.framing.saysKeepAlive = !closes && this.client.head.minor === 0;
  }

  /** Whether the connection has to end with this response. */
  private mustClose(): boolean {
    const { client } = this;
    const { request, runtime } = this.exchange;
    const { head } = client;
    if (!head.keepAlive || runtime.isDraining || client.isLast || (client.isEnded && !client.hasInput)) return true;
    const { limits } = runtime.options;
    if (client.served >= limits.requestsPerConnection) return true;
    if (!client.isReceiving) return false;
    // Without 100 nobody knows whether the body will come (RFC 9110 section 10.1.1).
    return (head.expectsContinue && !request.wasContinued) || client.body.left > limits.discardBody;
  }
}
