import { isRequestId, newRequestId } from '../../observe/request-id.ts';
import { isTraceparent, newTraceparent } from '../../observe/trace.ts';
import type { Backend } from '../backend/backend.ts';
import type { BackendConnection } from '../backend/connection.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import type { ResponseSink } from '../backend/response-sink.ts';
import type { CompiledBackendRef, CompiledMatch, CompiledRule, Mirror } from '../compile/compiled.ts';
import type { DirectResponse, HeaderPlan } from '../filter/plan.ts';
import { CHUNKED, NO_BODY, UNTIL_CLOSE } from '../http1/framing.ts';
import { TRACEPARENT, X_FORWARDED_FOR, X_REQUEST_ID } from '../http1/known-field.ts';
import type { RequestHead } from '../http1/request-head.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import type { Runtime } from '../runtime.ts';
import { Timer, type TimerOwner } from '../timer-wheel.ts';
import { sendBody, sendWriter } from './body-sender.ts';
import type { ClientConnection } from './client-connection.ts';
import { ERRORS, type ProxyError } from './error.ts';
import { forwardedElement } from './forwarding.ts';
import { startMirror } from './mirror.ts';
import { Forwarding, writeRequestHead, writeTrailers } from './request-writer.ts';
import { errorBody, type ResponseFraming, writeDirectResponse, writeResponseHead } from './response-writer.ts';
import { RetainedBody } from './retained-body.ts';
import { isIdempotent, mayRetry, retriesStatus } from './retry.ts';

const IDLE = 0;
/** Waiting for a connection. */
const CONNECTING = 1;
/** Waiting before the next attempt. */
const BACKING_OFF = 2;
/** On a connection; nothing has been answered yet. */
const SENT = 3;
/** The response's head has gone to the client: nothing can be taken back. */
const RESPONDING = 4;
const TUNNEL = 5;

const MAX_INTERIM = 32;
const NO_POOLS: readonly EndpointPool[] = [];
const NO_MIRRORS: readonly Mirror[] = [];
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/**
 * The life of one request, and after it of the next one on the same connection. Its phases: `begin` (route, preflight,
 * redirect, choice of a backend) → `attempt` (endpoint, connection) → `send` → `response` (retry or commit) →
 * `responseBody` → `responseEnd` → `end` (metrics, access log). Every failure leaves through `fail` with an entry of the
 * table in error.ts.
 */
export class Exchange implements ResponseSink, TimerOwner {
  method: string;
  decodesChunks: boolean;
  /** Of the request's first byte, on the clock of `performance.now()`. */
  startedAt: number;
  private readonly client: ClientConnection;
  private readonly head: RequestHead;
  private readonly runtime: Runtime;
  private readonly timer: Timer;
  private readonly forwarding: Forwarding;
  private readonly framing: ResponseFraming;
  private readonly retained: RetainedBody;
  private state: number;
  private match: CompiledMatch | null;
  private rule: CompiledRule | null;
  private ref: CompiledBackendRef | null;
  private backend: Backend | null;
  private pool: EndpointPool | null;
  private tried: readonly EndpointPool[];
  private mirrors: readonly Mirror[];
  private connection: BackendConnection | null;
  private isHeadSent: boolean;
  private wasContinued: boolean;
  private attempts: number;
  private hasRaced: boolean;
  private interims: number;
  private inChunks: boolean;
  private hasTunnelEnded: boolean;
  private requestDeadline: number;
  private attemptDeadline: number;
  private backoffDeadline: number;
  private status: number;
  /** Bytes of the response's body so far. */
  private bytesOut: number;
  private firstAttemptAt: number;
  private respondedAt: number;

  constructor(client: ClientConnection) {
    this.method = '';
    this.decodesChunks = false;
    this.startedAt = 0;
    this.client = client;
    this.head = client.head;
    this.runtime = client.runtime;
    this.timer = new Timer(this);
    const isTrusted = client.runtime.trusted.has(client.peer);
    this.forwarding = new Forwarding(client.peer, client.site.scheme, client.site.port, isTrusted);
    this.framing = { isChunked: false, closes: false, saysKeepAlive: false };
    this.retained = new RetainedBody();
    this.state = IDLE;
    this.match = null;
    this.rule = null;
    this.ref = null;
    this.backend = null;
    this.pool = null;
    this.tried = NO_POOLS;
    this.mirrors = NO_MIRRORS;
    this.connection = null;
    this.isHeadSent = false;
    this.wasContinued = false;
    this.attempts = 0;
    this.hasRaced = false;
    this.interims = 0;
    this.inChunks = false;
    this.hasTunnelEnded = false;
    this.requestDeadline = 0;
    this.attemptDeadline = 0;
    this.backoffDeadline = 0;
    this.status = 0;
    this.bytesOut = 0;
    this.firstAttemptAt = 0;
    this.respondedAt = 0;
  }

  // Request

  /** The head of a request is complete. */
  begin(): void {
    const { client, head, runtime } = this;
    this.method = head.method;
    this.decodesChunks = head.minor === 0;
    this.identify();
    const { site } = client;
    const match = site.compiled.route(head, client.sni);
    if (match.status !== 0) {
      this.fail(
        match.status === 421 ? ERRORS.misdirected : match.reason === 'NoRule' ? ERRORS.noRule : ERRORS.noListener,
      );
      return;
    }
    const rule = match.rule;
    this.match = match;
    this.rule = rule;
    // A target that names another scheme than the one it came by is for somebody else (RFC 9110 section 7.4).
    if (head.targetScheme !== '' && head.targetScheme !== site.scheme) {
      this.fail(ERRORS.misdirected);
      return;
    }
    const preflight = rule.cors === null ? null : rule.cors.preflight(head);
    if (preflight !== null) {
      this.answer(preflight, rule.response, 'preflight');
      return;
    }
    if (rule.redirect !== null) {
      this.answer(rule.redirect.response(head, match, site.publicPort), rule.response, 'redirect');
      return;
    }
    const ref = rule.split.next();
    this.ref = ref;
    if (ref.failure !== null) {
      this.fail({ status: ref.failure.status, reason: ref.failure.reason, retryable: false });
      return;
    }
    if (ref.redirect !== null) {
      this.answer(ref.redirect.response(head, match, site.publicPort), ref.response, 'redirect');
      return;
    }
    const backend = site.backends.get(ref.backend!);
    if (backend === undefined) {
      this.fail(ERRORS.invalidBackend);
      return;
    }
    if (backend.entry.protocol !== 'http1') {
      this.fail(ERRORS.unsupportedProtocol);
      return;
    }
    this.backend = backend;
    const { requestBody } = runtime.options.limits;
    if (requestBody > 0 && head.bodyLength > requestBody) {
      this.fail(ERRORS.bodyTooLarge);
      return;
    }
    if (ref.mirrors.length > 0) this.chooseMirrors(ref.mirrors);
    if (rule.timeouts.request > 0) {
      this.requestDeadline = this.startedAt + rule.timeouts.request;
      this.arm();
    }
    this.firstAttemptAt = this.startedAt;
    this.attempt(false);
    if (head.framing === NO_BODY && this.mirrors !== NO_MIRRORS) this.mirror();
  }

  /** Ranges of the request's body have come; `isLast` with the end of the body. */
  requestBody(buffer: Buffer, isLast: boolean): void {
    const { client, runtime, retained } = this;
    const { limits } = runtime.options;
    const { body } = client;
    if (limits.requestBody > 0 && body.received > limits.requestBody) {
      this.refuse(ERRORS.bodyTooLarge);
      return;
    }
    const isWaiting = this.connection === null || (this.state !== SENT && this.state !== RESPONDING);
    const { writer } = runtime;
    writer.reset();
    if (retained.isWhole) {
      if (isWaiting || this.mayReplay(retained.length)) {
        for (let index = 0; index < body.segmentCount; index++) {
          retained.append(buffer, body.segments[index * 2]!, body.segments[index * 2 + 1]!);
        }
        if (isLast && body.hasTrailers) {
          writeTrailers(writer, body.trailers);
          retained.append(writer.buffer, 0, writer.length);
          writer.reset();
        }
      } else {
        if (!this.isHeadSent) this.send();
        retained.drop();
      }
    }
    if (isWaiting) {
      if (retained.length > limits.buffered) client.pause();
    } else if (!this.isHeadSent) {
      // Everything so far is retained.
      this.send();
    } else {
      const connection = this.connection!;
      sendBody(connection.socket, writer, body, buffer, client.isVolatile, false);
      if (isLast && body.hasTrailers) {
        writeTrailers(writer, body.trailers);
        sendWriter(connection.socket, writer);
      }
      if (isLast) connection.awaitResponse();
      if (connection.isCongested) client.pause();
    }
    if (isLast && this.mirrors !== NO_MIRRORS) this.mirror();
  }

  /** The request, or what has come of it, is not acceptable: it is answered, if it can be, and the connection ends. */
  refuse(error: ProxyError): void {
    this.framing.closes = true;
    if (this.state === RESPONDING || this.state === TUNNEL) {
      this.breakOff(error);
      return;
    }
    this.abandon();
    this.answerError(error, true);
  }

  // Attempts

  private attempt(isFresh: boolean): void {
    const pool = this.backend!.next(this.tried);
    if (pool === null) {
      this.fail(ERRORS.noEndpoint);
      return;
    }
    this.pool = pool;
    this.attempts++;
    this.isHeadSent = false;
    const { backendRequest } = this.rule!.timeouts;
    if (backendRequest > 0) {
      this.attemptDeadline = performance.now() + backendRequest;
      this.arm();
    }
    const connection = isFresh ? null : pool.reuse(this);
    if (connection !== null) {
      this.connection = connection;
      this.state = SENT;
      // A body that is here already goes out with the head, in one write.
      if (!this.client.isReceiving || !this.client.hasInput || this.retained.length > 0) this.send();
      return;
    }
    this.state = CONNECTING;
    if (!pool.connect(this)) this.fail(ERRORS.overflow);
  }

  connecting(connection: BackendConnection): void {
    this.connection = connection;
  }

  connected(connection: BackendConnection): void {
    this.connection = connection;
    this.state = SENT;
    this.send();
  }

  /** Sends the head and what is there of the body. */
  private send(): void {
    const { client, head, retained, forwarding } = this;
    const { writer } = this.runtime;
    const ref = this.ref!;
    const connection = this.connection!;
    const { rewrite } = ref;
    const path = rewrite === null ? null : rewrite.path(head.path, this.match!);
    writer.reset();
    forwarding.expectsContinue = head.expectsContinue && !this.wasContinued && client.isReceiving;
    writeRequestHead(
      writer,
      head,
      path,
      rewrite === null ? null : rewrite.hostname,
      this.pool!.name,
      ref.request,
      forwarding,
    );
    if (retained.length > 0) writer.bytes(retained.bytes, 0, retained.length);
    this.isHeadSent = true;
    sendWriter(connection.socket, writer);
    if (!this.mayReplay(retained.length)) {
      if (client.isReceiving || retained.length > 0) retained.drop();
    }
    if (!client.isReceiving) connection.awaitResponse();
    else if (connection.isCongested) client.pause();
    else client.resume();
  }

  /** Whether so much of a body is worth keeping for another attempt or for mirrors. */
  private mayReplay(length: number): boolean {
    const { limits } = this.runtime.options;
    if (this.mirrors !== NO_MIRRORS && length <= limits.mirrorBody) return true;
    if (length > limits.replayBody) return false;
    const { retry } = this.rule!;
    return retry !== null ? retry.attempts > 0 : isIdempotent(this.method);
  }

  backendFailed(error: ProxyError): void {
    const connection = this.connection;
    this.connection = null;
    if (this.state === TUNNEL) {
      this.end(101, '');
      this.client.linger();
      return;
    }
    if (this.state === RESPONDING) {
      this.breakOff(error);
      return;
    }
    if (this.state !== SENT && this.state !== CONNECTING) return;
    const isAnswered = connection?.answered === true;
    const canReplay = this.retained.isWhole && !isAnswered;
    if (
      canReplay &&
      error === ERRORS.backendClosed &&
      connection !== null &&
      connection.requests > 1 &&
      !this.hasRaced
    ) {
      // The endpoint closed a kept connection while the request was on its way. That is nobody's failure, but only an
      // idempotent request may be sent again without knowing whether it was served (RFC 9110 section 9.2.2).
      if (!this.isHeadSent || isIdempotent(this.method)) {
        this.hasRaced = true;
        this.attempts--;
        this.runtime.metrics.retries++;
        this.attempt(true);
        return;
      }
    }
    if (canReplay && mayRetry(error, this.rule!.retry, this.attempts)) this.retry();
    else this.fail(isAnswered && error === ERRORS.backendClosed ? ERRORS.badResponse : error);
  }

  private retry(): void {
    this.runtime.metrics.retries++;
    this.tried = [...this.tried, this.pool!];
    this.attemptDeadline = 0;
    const backoff = this.rule!.retry?.backoff ?? 0;
    if (backoff === 0) {
      this.attempt(false);
      return;
    }
    this.state = BACKING_OFF;
    this.backoffDeadline = performance.now() + backoff;
    this.arm();
  }

  // Response

  interim(connection: BackendConnection): void {
    const { client, head } = this;
    const { writer } = this.runtime;
    if (++this.interims > MAX_INTERIM) {
      this.abandon();
      this.fail(ERRORS.badResponse);
      return;
    }
    if (head.minor === 0) return;
    // RFC 9110 section 15.2: a proxy forwards every 1xx that it did not ask for itself.
    if (connection.head.status === 100) this.wasContinued = true;
    writer.reset();
    this.framing.isChunked = false;
    this.framing.closes = false;
    this.framing.saysKeepAlive = false;
    writeResponseHead(writer, connection.head, null, null, this.framing);
    client.send(writer);
  }

  response(connection: BackendConnection, buffer: Buffer): void {
    const { client, framing, head, runtime } = this;
    const response = connection.head;
    if (!this.isHeadSent) {
      // What an endpoint says before it is asked, such as 408 when it tires of waiting, answers nothing.
      connection.destroy();
      connection.answered = false;
      this.backendFailed(ERRORS.backendClosed);
      return;
    }
    if (this.retained.isWhole && retriesStatus(this.rule!.retry, response.status, this.attempts)) {
      this.connection = null;
      connection.release(!client.isReceiving);
      this.retry();
      return;
    }
    const isUpgrade = response.status === 101;
    if (isUpgrade && !(head.upgrade && response.upgrade && isOffered(head, response))) {
      this.abandon();
      this.fail(ERRORS.badResponse);
      return;
    }
    this.state = RESPONDING;
    this.status = response.status;
    this.attemptDeadline = 0;
    if (runtime.accessLog !== null) this.respondedAt = performance.now();
    const isUntilClose = response.framing === UNTIL_CLOSE;
    this.inChunks = isUntilClose && head.minor === 1;
    framing.isChunked = this.inChunks || (response.framing === CHUNKED && head.minor === 1);
    framing.closes = this.mustClose() || (head.minor === 0 && (isUntilClose || response.framing === CHUNKED));
    framing.saysKeepAlive = head.minor === 0 && !framing.closes;
    const ref = this.ref!;
    const { writer } = runtime;
    writer.reset();
    writeResponseHead(writer, response, ref.response, ref.cors === null ? null : ref.cors.response(head), framing);
    if (isUpgrade) {
      client.send(writer);
      this.startTunnel(connection);
      return;
    }
    this.sendRanges(connection, buffer);
  }

  responseBody(connection: BackendConnection, buffer: Buffer): void {
    this.runtime.writer.reset();
    this.sendRanges(connection, buffer);
  }

  private sendRanges(connection: BackendConnection, buffer: Buffer): void {
    const { client } = this;
    sendBody(client.socket, this.runtime.writer, connection.body, buffer, connection.isVolatile(buffer), this.inChunks);
    this.bytesOut = connection.body.received;
    if (client.isCongested) connection.pause();
  }

  responseEnd(connection: BackendConnection): void {
    const { client, head } = this;
    if (this.inChunks) client.sendBytes(LAST_CHUNK);
    else if (connection.body.hasTrailers && head.minor === 1) {
      const { writer } = this.runtime;
      writer.reset();
      writeTrailers(writer, connection.body.trailers);
      client.send(writer);
    }
    this.connection = null;
    this.end(this.status, '');
    connection.release(!client.isReceiving);
    client.finished(!this.framing.closes);
  }

  // Upgraded connections

  private startTunnel(connection: BackendConnection): void {
    this.state = TUNNEL;
    this.requestDeadline = 0;
    this.hasTunnelEnded = false;
    this.runtime.wheel.clear(this.timer);
    connection.startTunnel();
    this.client.startTunnel();
  }

  tunnelled(buffer: Buffer, start: number, end: number): void {
    this.client.sendBytes(Buffer.from(buffer.subarray(start, end)));
    if (this.client.isCongested) this.connection!.pause();
  }

  tunnelledFromClient(buffer: Buffer, start: number, end: number): void {
    const connection = this.connection!;
    connection.socket.write(Buffer.from(buffer.subarray(start, end)));
    if (connection.isCongested) this.client.pause();
  }

  tunnelEnded(): void {
    if (this.hasTunnelEnded) this.endTunnel();
    else {
      this.hasTunnelEnded = true;
      this.client.endTunnel();
    }
  }

  tunnelEndedByClient(): void {
    if (this.hasTunnelEnded) this.endTunnel();
    else {
      this.hasTunnelEnded = true;
      this.connection!.endTunnel();
    }
  }

  private endTunnel(): void {
    const connection = this.connection!;
    this.connection = null;
    this.end(101, '');
    connection.endTunnel();
    connection.finishTunnel();
    this.client.linger();
  }

  // Flow

  backendDrained(): void {
    if (this.state !== IDLE) this.client.resume();
  }

  clientDrained(): void {
    this.connection?.resume();
  }

  clientStalled(): void {
    this.breakOff(ERRORS.clientStalled);
  }

  /** The client's connection is gone. */
  clientLost(): void {
    this.runtime.wheel.remove(this.timer);
    if (this.state === IDLE) return;
    const { status, state } = this;
    this.abandon();
    if (state === TUNNEL) this.end(101, '');
    else this.end(status, ERRORS.clientClosed.reason);
  }

  timeout(): void {
    const now = performance.now();
    if (this.requestDeadline > 0 && now >= this.requestDeadline) {
      this.giveUp(ERRORS.requestTimeout);
    } else if (this.attemptDeadline > 0 && now >= this.attemptDeadline) {
      this.attemptDeadline = 0;
      this.arm();
      this.abandon();
      if (this.retained.isWhole && mayRetry(ERRORS.backendTimeout, this.rule!.retry, this.attempts)) this.retry();
      else this.giveUp(ERRORS.backendTimeout);
    } else if (this.backoffDeadline > 0 && now >= this.backoffDeadline) {
      this.backoffDeadline = 0;
      this.arm();
      this.attempt(false);
    } else this.arm();
  }

  private giveUp(error: ProxyError): void {
    if (this.state === RESPONDING) this.breakOff(error);
    else {
      this.abandon();
      this.fail(error);
    }
  }

  /** Sets the timer to the earliest deadline. */
  private arm(): void {
    let deadline = this.requestDeadline;
    if (this.attemptDeadline > 0 && (deadline === 0 || this.attemptDeadline < deadline))
      deadline = this.attemptDeadline;
    if (this.backoffDeadline > 0 && (deadline === 0 || this.backoffDeadline < deadline))
      deadline = this.backoffDeadline;
    if (deadline === 0) this.runtime.wheel.clear(this.timer);
    else this.runtime.wheel.set(this.timer, Math.max(0, deadline - performance.now()));
  }

  // Ends

  /** Whether the connection has to end with this response. */
  private mustClose(): boolean {
    const { client, head, runtime } = this;
    if (!head.keepAlive || runtime.isDraining || (client.isEnded && !client.hasInput)) return true;
    const { limits } = runtime.options;
    if (client.served >= limits.requestsPerConnection) return true;
    if (!client.isReceiving) return false;
    // Without 100 nobody knows whether the body will come (RFC 9110 section 10.1.1).
    return (head.expectsContinue && !this.wasContinued) || client.body.left > limits.discardBody;
  }

  /** Ends the attempt under way, without a word to anybody. */
  private abandon(): void {
    const { connection } = this;
    this.connection = null;
    if (connection !== null) connection.destroy();
    else if (this.state === CONNECTING) this.pool!.cancel(this);
  }

  private fail(error: ProxyError): void {
    this.answerError(error, false);
  }

  private answerError(error: ProxyError, closes: boolean): void {
    if (error.status === 0) {
      this.end(0, error.reason);
      this.client.destroy();
      return;
    }
    this.framing.closes = closes;
    this.answer(errorBody(error.status), this.rule === null ? null : this.rule.response, error.reason, closes);
  }

  /** Answers without a backend. */
  private answer(response: DirectResponse, plan: HeaderPlan | null, reason: string, closes = false): void {
    const { client, framing, head } = this;
    const { writer } = this.runtime;
    framing.isChunked = false;
    framing.closes = closes || this.mustClose();
    framing.saysKeepAlive = head.minor === 0 && !framing.closes;
    writer.reset();
    writeDirectResponse(writer, response, plan, framing, this.method !== 'HEAD');
    client.send(writer);
    if (this.method !== 'HEAD') this.bytesOut = Buffer.byteLength(response.body);
    this.end(response.status, reason);
    client.finished(!framing.closes);
  }

  /** Ends an exchange whose response cannot be completed any more; the client sees that it is not complete. */
  private breakOff(error: ProxyError): void {
    this.abandon();
    this.end(this.status, error.reason);
    this.client.destroy();
  }

  /** Counts and logs the exchange, and forgets it. */
  private end(status: number, reason: string): void {
    const { runtime } = this;
    const { metrics } = runtime;
    const now = performance.now();
    const series = this.rule === null ? metrics.none : metrics.of(this.rule);
    series.count(status, reason, (now - this.startedAt) / 1_000);
    metrics.requestBytes += this.client.body.received;
    metrics.responseBytes += this.bytesOut;
    if (runtime.accessLog !== null) this.log(status, reason, now);
    this.state = IDLE;
    this.method = '';
    this.match = null;
    this.rule = null;
    this.ref = null;
    this.backend = null;
    this.pool = null;
    this.tried = NO_POOLS;
    this.mirrors = NO_MIRRORS;
    this.isHeadSent = false;
    this.wasContinued = false;
    this.attempts = 0;
    this.hasRaced = false;
    this.interims = 0;
    this.inChunks = false;
    this.status = 0;
    this.bytesOut = 0;
    this.firstAttemptAt = 0;
    this.respondedAt = 0;
    if (this.retained.length > 0 || !this.retained.isWhole) this.retained.reset();
    if (this.requestDeadline !== 0 || this.attemptDeadline !== 0 || this.backoffDeadline !== 0) {
      this.requestDeadline = 0;
      this.attemptDeadline = 0;
      this.backoffDeadline = 0;
      runtime.wheel.clear(this.timer);
    }
  }

  private log(status: number, reason: string, now: number): void {
    const { client, forwarding, head, runtime } = this;
    const entry = runtime.accessEntry;
    const isKnown = head.length > 0;
    entry.time = performance.timeOrigin + this.startedAt;
    entry.requestId = isKnown ? forwarding.requestId : '';
    entry.traceId = isKnown ? forwarding.traceparent.slice(3, 35) : '';
    entry.client = runtime.trusted.clientOf(
      client.peer,
      isKnown && head.fields.has(X_FORWARDED_FOR) ? head.header('x-forwarded-for') : null,
    );
    entry.method = isKnown ? head.method : '';
    entry.host = isKnown ? head.host : '';
    entry.path = isKnown ? head.path + head.query : '';
    entry.protocol = isKnown ? (head.minor === 1 ? 'HTTP/1.1' : 'HTTP/1.0') : '';
    entry.status = status;
    entry.reason = reason;
    entry.rule = this.rule === null ? '' : this.rule.key;
    entry.backend = this.backend === null ? '' : this.backend.key;
    entry.endpoint = this.pool === null ? '' : this.pool.name;
    entry.attempts = this.attempts;
    entry.bytesIn = client.body.received;
    entry.bytesOut = this.bytesOut;
    entry.duration = now - this.startedAt;
    entry.backendDuration = this.respondedAt === 0 ? -1 : this.respondedAt - this.firstAttemptAt;
    entry.userAgent = (isKnown ? head.header('user-agent') : null) ?? '';
    runtime.accessLog!.log(entry);
  }

  // Identity and mirrors

  /** Keeps the ids that came with the request, or makes new ones. */
  private identify(): void {
    const { forwarding, head, runtime } = this;
    const id = head.fields.has(X_REQUEST_ID) ? head.header('x-request-id')! : '';
    forwarding.isNewRequestId = !isRequestId(id);
    forwarding.requestId = forwarding.isNewRequestId ? newRequestId() : id;
    const trace = head.fields.has(TRACEPARENT) ? head.header('traceparent')! : '';
    forwarding.isNewTrace = !isTraceparent(trace);
    forwarding.traceparent = forwarding.isNewTrace ? newTraceparent(false) : trace;
    if (runtime.options.forwarded) {
      forwarding.element = forwardedElement(forwarding.peer, forwarding.scheme, head);
    }
  }

  private chooseMirrors(mirrors: readonly Mirror[]): void {
    const chosen = mirrors.filter((mirror) => mirror.next());
    if (chosen.length > 0) this.mirrors = chosen;
  }

  private mirror(): void {
    const { head, mirrors, retained, runtime } = this;
    this.mirrors = NO_MIRRORS;
    if (!retained.isWhole || retained.length > runtime.options.limits.mirrorBody || this.state === IDLE) {
      runtime.metrics.mirrorsDropped += mirrors.length;
      return;
    }
    for (const mirror of mirrors) {
      const backend = this.client.site.backends.get(mirror.backend);
      if (backend !== undefined) startMirror(runtime, backend, mirror, head, this.match!, this.forwarding, retained);
    }
  }
}

/** Whether the protocol of a 101 is among those that the client offered (RFC 9110 section 7.8). */
function isOffered(request: RequestHead, response: ResponseHead): boolean {
  const offered = request.header('upgrade')!.toLowerCase().split(',');
  const chosen = response.header('upgrade')!.toLowerCase().trim();
  return offered.some((protocol) => protocol.trim() === chosen);
}
