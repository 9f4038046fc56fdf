import type { Carrier } from '../backend/carrier.ts';
import type { ResponseCoding } from '../coding/response-coding.ts';
import { ERRORS } from '../exchange/error.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { reviseHead } from '../exchange/revised-head.ts';
import { EMPTY_PLAN } from '../filter/header-modifier.ts';
import type { DirectResponse } from '../filter/plan.ts';
import type { WebCall } from '../grpc-web/call.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import { Edits } from './edits.ts';
import { Holdings } from './holdings.ts';
import { ANSWER, type Stage, type Substitute, WAIT } from './stage.ts';
import { StageList } from './stage-list.ts';

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
 * as their exchange; when nobody can have kept it, it then serves the next request of the connection.
 */
export class Visit extends Holdings {
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
  private list: StageList;
  /** Whether the stages so far are those of the listener: what they do to the request decides which rule it falls to. */
  private isRouted: boolean;
  private at: number;
  /** Whether a stage was entered that has not said yet what becomes of the request. */
  private isWaiting: boolean;
  private isEntering: boolean;
  private isOver: boolean;
  private direct: DirectResponse | null;
  private reason: string;

  /** It serves no request before `begin`. */
  constructor(exchange: Exchange) {
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
    this.list = StageList.none;
    this.isRouted = false;
    this.at = 0;
    this.isWaiting = false;
    this.isEntering = false;
    this.isOver = true;
    this.direct = null;
    this.reason = '';
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

  /** The stages that hold for the request. */
  get holding(): readonly Stage[] {
    return this.list.stages;
  }

  /** Whether more than one stage holds for the request. */
  get hasOthers(): boolean {
    return this.list.stages.length > 1;
  }

  /** Tells all stages but one of a response that comes from that one, as if it came from a backend. */
  announce(head: ResponseHead, from: Stage): void {
    for (const stage of this.list.responding) if (stage !== from) stage.responded!(this, head);
  }

  // For the exchange

  /** A request comes that these stages hold for. `isRouted`: a rule and a backend have been chosen for it. */
  begin(stages: StageList, isRouted: boolean): void {
    this.list = stages;
    this.isRouted = isRouted;
    this.at = 0;
    this.isOver = false;
  }

  /** A rule has been found for what the listener's filters have made of the request: these stages hold for it too. */
  routed(stages: StageList): void {
    this.isRouted = true;
    this.list = this.list.and(stages);
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
    const { exchange, list } = this;
    const { stages } = list;
    while (this.at < stages.length) {
      if (!this.isRouted && !this.settle()) {
        exchange.fail(ERRORS.listenerFilter);
        return;
      }
      const stage = stages[this.at]!;
      if (list.takesBodies && !this.hasBodyFor(stage)) return;
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
      if (result === WAIT) {
        this.isKept = true;
        if (this.isWaiting) {
          // Answered before it waited, by something that was there already.
          if (this.direct !== null) exchange.guard.answer(this.direct, this.reason);
          else exchange.limitTime();
          return;
        }
      }
      this.isWaiting = false;
    }
    if (!this.isRouted && !this.settle()) {
      exchange.fail(ERRORS.listenerFilter);
      return;
    }
    exchange.guard.admitted();
  }

  /** False when the body has to come first, or is too large. */
  private hasBodyFor(stage: Stage): boolean {
    const limit = stage.bodyLimitFor === undefined ? stage.bodyLimit : stage.bodyLimitFor(this);
    return limit === 0 || this.exchange.guard.hasBody(limit);
  }

  /** A backend's response has come. */
  responded(carrier: Carrier): void {
    this.answeredBy(carrier);
    const { responding } = this.list;
    for (let index = 0; index < responding.length; index++) responding[index]!.responded!(this, carrier.head);
  }

  /** The exchange is over, whatever has come of it. True when the visit may serve another request. */
  end(status: number, reason: string): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.isWaiting = false;
    this.release();
    const { ending } = this.list;
    for (let index = 0; index < ending.length; index++) ending[index]!.ended!(this, status, reason);
    if (this.isKept || !this.list.letsGo) return false;
    this.forget();
    return true;
  }

  /** Everything is as before the first request. What only a visit that is kept can have is not there. */
  private forget(): void {
    this.forgetAddress();
    this.request.clear();
    this.response.clear();
    this.identity = null;
    this.path = null;
    this.query = null;
    this.hostname = null;
    this.method = null;
    this.limited = null;
    this.substitute = null;
    this.coding = null;
    this.list = StageList.none;
    this.direct = null;
    this.reason = '';
  }
}
