import { isRequestId } from '../../observe/request-id.ts';
import { isTraceparent } from '../../observe/trace.ts';
import type { Carrier } from '../backend/carrier.ts';
import type { Mirror } from '../compile/compiled.ts';
import { TRACEPARENT, X_REQUEST_ID } from '../http1/known-field.ts';
import { isIdempotent } from './attempts.ts';
import type { BodySource } from './client.ts';
import { ERRORS } from './error.ts';
import type { Exchange } from './exchange.ts';
import { type ForwardedHead, forwardedHead } from './forwarded-head.ts';
import { forwardedElement } from './forwarding.ts';
import { startMirror } from './mirror.ts';
import { Forwarding, writeRequestHead, writeTrailers } from './request-writer.ts';
import { RetainedBody } from './retained-body.ts';

const NO_MIRRORS: readonly Mirror[] = [];

/** An exchange's way to the backend: what is sent, and what is kept of it for another attempt and for mirrors. */
export class RequestSide {
  readonly forwarding: Forwarding;
  readonly retained: RetainedBody;
  /** Whether the attempt under way has sent its head. */
  isHeadSent: boolean;
  /** Whether the backend has said 100 (Continue). */
  wasContinued: boolean;
  private readonly exchange: Exchange;
  private mirrors: readonly Mirror[];

  constructor(exchange: Exchange) {
    const { client, runtime } = exchange;
    this.forwarding = new Forwarding(
      client.peer,
      client.site.scheme,
      client.site.port,
      runtime.trusted.has(client.peer),
    );
    this.retained = new RetainedBody();
    this.isHeadSent = false;
    this.wasContinued = false;
    this.exchange = exchange;
    this.mirrors = NO_MIRRORS;
  }

  reset(): void {
    this.isHeadSent = false;
    this.wasContinued = false;
    this.mirrors = NO_MIRRORS;
    const { retained } = this;
    if (retained.length > 0 || !retained.isWhole || retained.trailers !== null) retained.reset();
  }

  /** Keeps the ids that came with the request; new ones are made when somebody asks for them. */
  identify(): void {
    const { forwarding } = this;
    const { client, runtime } = this.exchange;
    const { head } = client;
    this.takeFrom(client);
    const id = head.fields.has(X_REQUEST_ID) ? head.header('x-request-id')! : '';
    const trace = head.fields.has(TRACEPARENT) ? head.header('traceparent')! : '';
    forwarding.identify(isRequestId(id) ? id : '', trace !== '' && isTraceparent(trace) ? trace : '');
    if (runtime.options.forwarded) {
      forwarding.element = forwardedElement(forwarding.peer, forwarding.scheme, head);
    }
  }

  /** What is kept of the body has the form that it has there. */
  takeFrom({ head, isFramed }: BodySource): void {
    this.retained.framing = head.framing;
    this.retained.isFramed = isFramed;
  }

  /** Whether a body with so many bytes is not served. */
  isTooLong(length: number): boolean {
    const { requestBody } = this.exchange.runtime.options.limits;
    return requestBody > 0 && length > requestBody;
  }

  /** Sends the request on a connection that was open already. */
  begin(carrier: Carrier): void {
    const { client } = this.exchange;
    // A body that is here already goes out with the head, in one write.
    if (!client.isReceiving || !client.hasInput || this.retained.length > 0) this.send(carrier);
  }

  /** Sends the head and what is there of the body. */
  send(carrier: Carrier, isMore = false): void {
    const { exchange, retained, forwarding } = this;
    const { client, runtime } = exchange;
    const { head } = client;
    const { writer } = runtime;
    forwarding.expectsContinue = head.expectsContinue && !this.wasContinued && client.isReceiving;
    this.writeHead(carrier.pool.name);
    retained.isComplete = !client.isReceiving && !isMore;
    this.isHeadSent = true;
    carrier.sendHead(writer, retained);
    if (client.isReceiving) {
      if (!this.mayReplay(retained.length)) retained.drop();
      if (carrier.isCongested) client.pause();
      else client.resume();
    } else {
      if (retained.length > 0 && !this.mayReplay(retained.length)) retained.drop();
      if (!isMore) carrier.awaitResponse();
    }
  }

  /** Writes the head as it goes to a backend, into the runtime's writer. `fallbackHost` is what a request without Host gets. */
  private writeHead(fallbackHost: string): void {
    const { client, guard, route, runtime } = this.exchange;
    const { head } = client;
    const { writer } = runtime;
    const { visit } = guard;
    const { request, rewrite } = route.ref!;
    const rewritten = rewrite === null ? null : rewrite.path(head.path, route.match!);
    const path = visit?.path ?? rewritten;
    const hostname = visit?.hostname ?? (rewrite === null ? null : rewrite.hostname);
    const plan = visit === null ? request : visit.request.after(request);
    writer.reset();
    const method = visit === null ? null : visit.method;
    const query = visit === null ? null : visit.query;
    writeRequestHead(writer, head, method, path, query, hostname, fallbackHost, plan, this.forwarding);
  }

  /** The request line and the fields as they would go to a backend, for stages that send a request of their own instead. */
  forwarded(): ForwardedHead {
    const { writer } = this.exchange.runtime;
    this.forwarding.expectsContinue = false;
    this.writeHead('');
    return forwardedHead(writer.view().toString('latin1'));
  }

  /** Ranges of the body have come from the client; `isLast` with the end of the body. */
  received(buffer: Buffer, isLast: boolean): void {
    const { exchange } = this;
    const { client, guard } = exchange;
    if (this.isTooLong(client.body.received)) {
      exchange.refuse(ERRORS.bodyTooLarge);
      return;
    }
    guard.receiving(buffer);
    const { web } = guard;
    if (web !== null) {
      const error = web.receive(client, buffer, isLast);
      if (error !== null) {
        exchange.refuse(error);
        return;
      }
    }
    const carrier = exchange.sending;
    if (web === null || web.text === null) this.body(carrier, client, buffer, isLast);
    else this.body(carrier, web.text, web.text.bytes, isLast);
    if (!guard.received(isLast) && isLast) this.mirror();
  }

  /** Sends, or keeps, the ranges of the body that have come; `carrier` is null while there is none to send on. */
  private body(carrier: Carrier | null, source: BodySource, buffer: Buffer, isLast: boolean): void {
    const { retained } = this;
    const { client, runtime } = this.exchange;
    const { writer } = runtime;
    writer.reset();
    if (retained.isWhole) {
      if (carrier === null || this.mayReplay(retained.length)) this.retain(source, buffer, isLast);
      else {
        // The ranges that have come follow at once, though the client may have sent the last of them.
        if (!this.isHeadSent) this.send(carrier, true);
        retained.drop();
      }
    }
    if (carrier === null) {
      if (retained.length > runtime.options.limits.buffered) client.pause();
    } else if (!this.isHeadSent) {
      // Everything so far is retained.
      this.send(carrier);
    } else {
      carrier.sendBody(writer, source, buffer, isLast);
      if (carrier.holdsInput) client.lend();
      if (isLast) carrier.awaitResponse();
      else if (carrier.isCongested) client.pause();
    }
  }

  private retain(source: BodySource, buffer: Buffer, isLast: boolean): void {
    const { retained } = this;
    const { runtime } = this.exchange;
    const { segments, segmentCount, hasTrailers, trailers } = source.body;
    for (let index = 0; index < segmentCount; index++) {
      const start = segments[index * 2]!;
      const end = segments[index * 2 + 1]!;
      // What a client of HTTP/2 sends comes in memory of its own.
      const isOwn = !source.isFramed && source === this.exchange.client;
      if (isOwn && retained.length === 0 && end - start === buffer.length) retained.adopt(buffer);
      else retained.append(buffer, start, end);
    }
    if (!isLast || !hasTrailers) return;
    const { writer } = runtime;
    writeTrailers(writer, trailers);
    if (retained.isFramed) retained.append(writer.buffer, 0, writer.length);
    else retained.trailers = writer.copy();
    writer.reset();
  }

  /** Whether so much of a body is worth keeping for another attempt or for mirrors. */
  private mayReplay(length: number): boolean {
    const { limits } = this.exchange.runtime.options;
    if (this.mirrors !== NO_MIRRORS && length <= limits.mirrorBody) return true;
    if (length > limits.replayBody) return false;
    const { retry } = this.exchange.route.plan!;
    // An endpoint of HTTP/2 may refuse a request unseen, whatever its method is (RFC 9113 section 8.7).
    if (this.exchange.speaksHttp2) return true;
    return retry !== null ? retry.attempts > 0 : isIdempotent(this.exchange.method);
  }

  /** The response has begun, so there will be no other attempt: what still comes of the body is kept for mirrors only. */
  committed(): void {
    if (this.mirrors === NO_MIRRORS) this.retained.drop();
  }

  /** Decides which of a rule's mirrors get this request. */
  chooseMirrors(mirrors: readonly Mirror[]): void {
    const chosen = mirrors.filter((mirror) => mirror.next());
    if (chosen.length > 0) this.mirrors = chosen;
  }

  /** The request is complete: sends it to the mirrors, if all of it could be kept. */
  mirror(): void {
    const { mirrors, retained } = this;
    if (mirrors === NO_MIRRORS) return;
    this.mirrors = NO_MIRRORS;
    const { client, guard, isUnderWay, route, runtime } = this.exchange;
    const { web } = guard;
    retained.isComplete = true;
    if (!retained.isWhole || retained.length > runtime.options.limits.mirrorBody || !isUnderWay) {
      runtime.metrics.mirrorsDropped += mirrors.length;
      return;
    }
    const isGrpc = route.plan!.isGrpc || web !== null;
    for (const each of mirrors) {
      const backend = client.site.backends.get(each.backend);
      const mirror =
        web === null ? each : { backend: each.backend, rewrite: each.rewrite, request: web.after(each.request) };
      if (backend !== undefined)
        startMirror(runtime, backend, mirror, client.head, route.match!, this.forwarding, retained, isGrpc);
    }
  }
}
