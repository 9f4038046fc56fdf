import { constants, type ServerHttp2Stream } from 'node:http2';
import type { PeerCertificate } from 'node:tls';
import type { ClientValidation } from '../../ir/table.ts';
import type { Client, ResponseSide, UpgradableClient } from '../exchange/client.ts';
import { ERRORS, faultError } from '../exchange/error.ts';
import { Exchange } from '../exchange/exchange.ts';
import { isGrpc } from '../exchange/grpc.ts';
import { BodyReader } from '../http1/body.ts';
import { DONE, REFUSED } from '../http1/fault.ts';
import { CHUNKED, LENGTH, NO_BODY, UNTIL_CLOSE } from '../http1/framing.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { DigestedCredential } from '../policy/access/digest.ts';
import { NORMALISE } from '../route/normalise.ts';
import type { Runtime, Site } from '../runtime.ts';
import type { ClientSession } from './client-session.ts';
import { trailerSection } from './fields.ts';
import { StreamHead } from './request-head.ts';
import { breakOff } from './reset.ts';
import { StreamResponse } from './response.ts';

const NOTHING = Buffer.alloc(0);

/** One request of HTTP/2 and its exchange. It is used for one stream of its session after the other. */
export class ClientStream implements Client {
  readonly runtime: Runtime;
  readonly site: Site;
  readonly sni: string | null;
  readonly peer: string;
  readonly protocol: string;
  readonly isFramed: boolean;
  lastCredential: DigestedCredential | null;
  readonly head: RequestHead;
  readonly body: BodyReader;
  readonly hasInput: boolean;
  readonly isVolatile: boolean;
  readonly upgradable: UpgradableClient | null;
  isReceiving: boolean;
  private readonly session: ClientSession;
  private readonly streamHead: StreamHead;
  private readonly exchange: Exchange;
  private response: StreamResponse | null;
  private stream: ServerHttp2Stream | null;
  private trailers: Buffer | null;
  /** Whether somebody listens to its body. */
  private isRead: boolean;
  private isPaused: boolean;
  /** When the client last sent something, on the wheel's clock. */
  private sent: number;
  /** When its exchange was over, on the wheel's clock. */
  private answered: number;

  constructor(session: ClientSession) {
    const { runtime, site } = session;
    const limits = runtime.options.limits.message;
    this.runtime = runtime;
    this.site = site;
    this.sni = session.sni;
    this.peer = session.peer;
    this.protocol = 'HTTP/2';
    this.isFramed = false;
    this.lastCredential = null;
    this.streamHead = new StreamHead(limits, NORMALISE[runtime.options.encodedSlash]);
    this.head = this.streamHead.head;
    this.head.origin = this;
    this.body = new BodyReader(limits);
    this.hasInput = false;
    this.isVolatile = false;
    this.upgradable = null;
    this.isReceiving = false;
    this.session = session;
    this.response = null;
    this.stream = null;
    this.trailers = null;
    this.isRead = false;
    this.isPaused = false;
    this.sent = 0;
    this.answered = 0;
    this.exchange = new Exchange(this, (exchange) => this.respondTo(exchange));
  }

  clientCertificate(validation: ClientValidation | null): PeerCertificate | null {
    return this.session.clientCertificate(validation);
  }

  private respondTo(exchange: Exchange): ResponseSide {
    this.response = new StreamResponse(exchange);
    return this.response;
  }

  /** Serves the request whose header list has come. */
  begin(stream: ServerHttp2Stream, list: readonly string[], isComplete: boolean): void {
    const { exchange } = this;
    this.stream = stream;
    this.trailers = null;
    this.isPaused = false;
    this.sent = this.runtime.wheel.now;
    this.response!.attach(stream, isComplete);
    this.listen(stream, isComplete);
    exchange.startedAt = performance.now();
    this.isReceiving = !isComplete;
    const fault = this.streamHead.read(list, isComplete, this.site.scheme);
    if (fault !== null) {
      this.body.start(NO_BODY, 0, false);
      exchange.refuse(faultError(fault));
      return;
    }
    const { bodyLength, framing } = this.head;
    if (framing === NO_BODY) this.isReceiving = false;
    this.body.start(framing === CHUNKED ? UNTIL_CLOSE : framing, bodyLength, false);
    exchange.begin();
  }

  private listen(stream: ServerHttp2Stream, isComplete: boolean): void {
    stream.on('close', this.onClose);
    stream.on('error', this.onError);
    this.isRead = !isComplete;
    if (isComplete) return;
    stream.on('trailers', this.onTrailers);
    stream.on('data', this.onData);
    stream.on('end', this.onEnd);
  }

  // Reading

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.stream?.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.sent = this.runtime.wheel.now;
    this.stream?.resume();
  }

  /** Every frame comes in memory of its own. */
  lend(): void {}

  private readonly onData = (chunk: Buffer): void => {
    this.sent = this.runtime.wheel.now;
    if (!this.isReceiving || chunk.length === 0) return;
    this.guarded(() => this.data(chunk));
  };

  private data(chunk: Buffer): void {
    const { body } = this;
    const result = body.read(chunk, 0, chunk.length);
    if (body.position < chunk.length) {
      this.exchange.refuse(ERRORS.bodyIncomplete);
      return;
    }
    const isLast = result === DONE && this.head.framing === LENGTH;
    if (isLast) this.isReceiving = false;
    this.exchange.request.received(chunk, isLast);
  }

  private readonly onTrailers = (_headers: object, _flags: number, list: string[]): void => {
    this.trailers = trailerSection(list);
  };

  private readonly onEnd = (): void => {
    const { stream } = this;
    // node:http2 says `end` of a stream that was reset too.
    if (!this.isReceiving || stream === null || stream.closed || stream.aborted) return;
    this.guarded(() => {
      this.isReceiving = false;
      if (this.body.end(this.trailers) === REFUSED) this.exchange.refuse(faultError(this.body.fault!));
      else this.exchange.request.received(NOTHING, true);
    });
  };

  /** A bug costs this stream only. */
  private guarded(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.runtime.bug(error);
      this.destroy();
    }
  }

  // Ends

  /** RFC 9113 section 8.1: a client that is still sending is told that nobody reads it, after the response. */
  finished(): void {
    const { stream } = this;
    this.answered = this.runtime.wheel.now;
    if (stream === null || !this.isReceiving) return;
    this.isReceiving = false;
    stream.resume();
    this.response!.whenSent(() => stream.close(constants.NGHTTP2_NO_ERROR));
  }

  destroy(): void {
    this.isReceiving = false;
    if (this.stream !== null) breakOff(this.stream);
    this.exchange.clientLost();
  }

  reset(): void {
    this.destroy();
  }

  /** Looks whether the client still does its part. */
  check(now: number): void {
    const { exchange, response, stream } = this;
    const { bodyTimeout, writeTimeout } = this.runtime.options.limits;
    if (stream === null || response === null) return;
    if (!exchange.isUnderWay) {
      // All of the response is here, and the client does not take the rest of it.
      if (writeTimeout > 0 && now - Math.max(this.answered, this.sent) >= writeTimeout) breakOff(stream);
      return;
    }
    const { congestedSince } = response;
    const isSilent = this.isReceiving && !this.isPaused && bodyTimeout > 0 && now - this.sent >= bodyTimeout;
    // A call of gRPC has its deadline, and may wait for what its client wants to say next.
    if (isSilent && !stream.headersSent && !isGrpc(this.head)) {
      exchange.refuse(ERRORS.bodyTimeout);
    } else if (congestedSince > 0 && writeTimeout > 0 && now - Math.max(congestedSince, this.sent) >= writeTimeout) {
      exchange.breakOff(ERRORS.clientStalled);
    }
  }

  /** Ends it with its session. */
  lost(): void {
    this.onClose();
  }

  /** What went wrong is in `rstCode`, and `close` follows. */
  private readonly onError = (): void => {};

  private readonly onClose = (): void => {
    const { stream } = this;
    if (stream === null) return;
    this.stream = null;
    this.isReceiving = false;
    if (this.isRead) {
      stream.removeListener('data', this.onData);
      stream.removeListener('end', this.onEnd);
    }
    this.exchange.clientLost();
    this.session.free(this);
  };
}
