import type { Carrier } from '../backend/carrier.ts';
import type { ResponseCoding } from '../coding/response-coding.ts';
import { ERRORS } from '../exchange/error.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { reviseHead } from '../exchange/revised-head.ts';
import { Subrequest, type SubrequestDone, type SubrequestOptions } from '../exchange/subrequest.ts';
import { EMPTY_PLAN } from '../filter/header-modifier.ts';
import type { DirectResponse } from '../filter/plan.ts';
import type { WebCall } from '../grpc-web/call.ts';
import { CHUNKED } from '../http1/framing.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { withoutChunks } from './body.ts';
import { Capture, type Captured } from './capture.ts';
import { Edits } from './edits.ts';
import { KeptBody } from './kept-body.ts';
import { RequestFacts } from './request-facts.ts';
import { ANSWER, type Stage, type Substitute, WAIT } from './stage.ts';

/** Who a client is, as far as an authentication found out. */
export type Identity = {
  /** Who it is, in the words of the method: a subject, the name of a key, a user. */
  readonly consumer: string;
  /** Of a token; empty for methods without. */
  readonly claims: Readonly<Record<string, unknown>>;
  readonly method: string;
};

/**
 * One request on its way through the stages that hold for it. It is made only for requests that have any, and lives as long
 * as their exchange.
 */
export class Visit extends RequestFacts {
  readonly request: Edits;
  readonly response: Edits;
  /** Null until an authentication says who it is. */
  identity: Identity | null;
  /** Path and query to send in place of the request's own; null: as they are. A query begins with `?` or is `''`. */
  path: string | null;
  query: string | null;
  /** Host to send in place of the request's own; null: as it is. */
  hostname: string | null;
  /** Method to send in place of the request's own; null: as it is. */
  method: string | null;
  /** Which rate limit the request was too many for, and a hash of whom it was counted for; null: for none. */
  limited: { readonly limit: string; readonly client: string } | null;
  /** What may answer in place of the backend; null: nothing. */
  substitute: Substitute | null;
  /** In which codings the response may be sent; null: as it is. */
  coding: ResponseCoding | null;
  private stages: readonly Stage[];
  /** Whether the stages so far are those of the listener: what they do to the request decides which rule it falls to. */
  private isRouted: boolean;
  private at: number;
  /** Whether a stage was entered that has not said yet what becomes of the request. */
  private isWaiting: boolean;
  private isEntering: boolean;
  private isOver: boolean;
  private direct: DirectResponse | null;
  private reason: string;
  private carrier: Carrier | null;
  private captures: Capture[] | null;
  private subrequests: Subrequest[] | null;
  private content: Buffer | null;
  private kept: KeptBody | null;

  /** `isRouted`: a rule and a backend have been chosen. */
  constructor(exchange: Exchange, stages: readonly Stage[], isRouted: boolean) {
    super(exchange);
    this.request = new Edits();
    this.response = new Edits();
    this.identity = null;
    this.path = null;
    this.query = null;
    this.hostname = null;
    this.method = null;
    this.limited = null;
    this.substitute = null;
    this.coding = null;
    this.stages = stages;
    this.isRouted = isRouted;
    this.at = 0;
    this.isWaiting = false;
    this.isEntering = false;
    this.isOver = false;
    this.direct = null;
    this.reason = '';
    this.carrier = null;
    this.captures = null;
    this.subrequests = null;
    this.content = null;
    this.kept = null;
  }

  get traceparent(): string {
    return this.exchange.request.forwarding.traceparent;
  }

  /** In place of the trace that the request came with or was given: the backend gets it, and the access log's line. */
  set traceparent(value: string) {
    const { forwarding } = this.exchange.request;
    forwarding.traceparent = value;
    if (!forwarding.isNewTrace) this.request.set('traceparent', value);
  }

  /** Makes the request a call of gRPC to the backend. For the first stage of all: those behind it find the call. */
  translate(call: WebCall): void {
    const { guard, request, route } = this.exchange;
    guard.web = call;
    route.speaksHttp2 = true;
    call.edit(this.request);
    if (call.text !== null) request.takeFrom(call.text);
  }

  /** Sends the request to the backend with another method. Not for HEAD, nor for a request with HEAD. */
  sendAs(method: string): void {
    this.method = method;
    this.exchange.method = method;
  }

  /** Whether the exchange is over, so that nothing of the request may be asked for any more. */
  get aborted(): boolean {
    return this.isOver;
  }

  /** The request's whole body, for a stage with a `bodyLimit`. */
  body(): Buffer {
    if (this.content === null) {
      const { request, runtime } = this.exchange;
      const { retained } = request;
      const bytes = Buffer.from(retained.bytes.subarray(0, retained.length));
      const hasChunks = retained.isFramed && retained.framing === CHUNKED;
      this.content = hasChunks ? withoutChunks(bytes, runtime.options.limits.message) : bytes;
    }
    return this.content;
  }

  /** Keeps a copy of the first bytes of the request's body as it passes. To be called by `enter`. */
  keepBody(limit: number): void {
    this.kept ??= new KeptBody(limit, this.exchange.client);
  }

  /** What was kept so far, without framing; and how many bytes have come. */
  get keptBody(): { readonly bytes: Buffer; readonly received: number } {
    const bytes = this.kept?.content(this.runtime.options.limits.message) ?? Buffer.alloc(0);
    return { bytes, received: this.exchange.client.body.received };
  }

  /** Answers in place of a backend. Returns ANSWER, for a stage that is being entered. */
  answer(response: DirectResponse, reason: string): number {
    if (this.isOver) return ANSWER;
    if (this.isEntering) {
      this.direct = response;
      this.reason = reason;
    } else if (this.isWaiting) {
      this.isWaiting = false;
      this.exchange.guard.answer(response, reason);
    }
    return ANSWER;
  }

  /** The stage that waited lets the request pass. */
  proceed(): void {
    if (this.isOver || !this.isWaiting) return;
    this.isWaiting = false;
    if (!this.isEntering) this.go();
  }

  /**
   * Keeps a copy of the backend's response while it goes to the client, and gives it to `done` when it is complete. To be
   * called by `responded`.
   * @param limit bytes of the body; a longer one is not kept
   */
  capture(limit: number, done: Captured): void {
    const { carrier, exchange } = this;
    if (carrier === null) return;
    this.captures ??= [];
    this.captures.push(new Capture(limit, carrier.head, exchange.decodesChunks, done));
  }

  /** Asks a backend of the table for something. It is given up when the client goes. */
  subrequest(options: SubrequestOptions, done: SubrequestDone): void {
    const backend = this.site.backends.get(options.backend);
    if (backend === undefined) {
      done({ failure: 'no-backend' });
      return;
    }
    this.subrequests ??= [];
    const subrequest = new Subrequest(this.runtime, options, done);
    this.subrequests.push(subrequest);
    subrequest.start(backend);
  }

  /** The stages that hold for the request. */
  get holding(): readonly Stage[] {
    return this.stages;
  }

  /** Whether more than one stage holds for the request. */
  get hasOthers(): boolean {
    return this.stages.length > 1;
  }

  /** Tells all stages but one of a response that comes from that one, as if it came from a backend. */
  announce(head: ResponseHead, from: Stage): void {
    for (const stage of this.stages) if (stage !== from) stage.responded(this, head);
  }

  // For the exchange

  /** A rule has been found for what the listener's filters have made of the request: these stages hold for it too. */
  routed(stages: readonly Stage[]): void {
    this.isRouted = true;
    this.stages = [...this.stages, ...stages];
  }

  /** Makes what a filter of the listener has done to the request the request itself. False: it cannot be one. */
  private settle(): boolean {
    const { method, path, query, request } = this;
    const plan = request.after(EMPTY_PLAN);
    if (plan === EMPTY_PLAN && method === null && path === null && query === null) return true;
    const isRevised = reviseHead(this.head, { method, path, query }, plan, this.runtime.writer);
    // Not before: the plan may be these edits themselves.
    request.clear();
    this.hostname = null;
    this.method = null;
    this.path = null;
    this.query = null;
    return isRevised;
  }

  /** Enters the stages that are left, until one waits or answers. */
  go(): void {
    const { exchange, stages } = this;
    while (this.at < stages.length) {
      if (!this.isRouted && !this.settle()) {
        exchange.fail(ERRORS.listenerFilter);
        return;
      }
      const stage = stages[this.at]!;
      const bodyLimit = stage.bodyLimitFor === undefined ? stage.bodyLimit : stage.bodyLimitFor(this);
      if (bodyLimit > 0 && !exchange.guard.hasBody(bodyLimit)) return;
      this.at++;
      this.isWaiting = true;
      this.isEntering = true;
      const result = stage.enter(this);
      this.isEntering = false;
      if (result === ANSWER) {
        this.isWaiting = false;
        exchange.guard.answer(this.direct!, this.reason);
        return;
      }
      if (result === WAIT && this.isWaiting) {
        // Answered before it waited, by something that was there already.
        if (this.direct !== null) exchange.guard.answer(this.direct, this.reason);
        return;
      }
      this.isWaiting = false;
    }
    if (!this.isRouted && !this.settle()) {
      exchange.fail(ERRORS.listenerFilter);
      return;
    }
    exchange.guard.admitted();
  }

  /** More of the request's body has come. */
  receiving(buffer: Buffer): void {
    this.kept?.take(this.exchange.client.body, buffer);
  }

  /** A backend's response has come. */
  responded(carrier: Carrier): void {
    this.carrier = carrier;
    for (const stage of this.stages) stage.responded(this, carrier.head);
  }

  /** More of its body has. */
  received(carrier: Carrier, buffer: Buffer): void {
    if (this.captures !== null) for (const capture of this.captures) capture.take(carrier, buffer);
  }

  /** It is complete. */
  completed(): void {
    const limits = this.runtime.options.limits.message;
    if (this.captures !== null) for (const capture of this.captures) capture.end(limits);
  }

  /** The exchange is over, whatever has come of it. */
  end(status: number, reason: string): void {
    if (this.isOver) return;
    this.isOver = true;
    this.isWaiting = false;
    this.carrier = null;
    if (this.subrequests !== null) for (const subrequest of this.subrequests) subrequest.cancel();
    if (this.captures !== null) for (const capture of this.captures) capture.abort();
    for (const stage of this.stages) stage.ended(this, status, reason);
  }
}
