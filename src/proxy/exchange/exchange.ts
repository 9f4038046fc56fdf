import type { Carrier, ResponseSource } from '../backend/carrier.ts';
import type { BackendConnection } from '../backend/connection.ts';
import type { ResponseSink } from '../backend/response-sink.ts';
import type { CompiledBackendRef, RulePlan } from '../compile/compiled.ts';
import { EMPTY_PLAN } from '../filter/header-modifier.ts';
import type { DirectResponse } from '../filter/plan.ts';
import { NO_BODY } from '../http1/framing.ts';
import type { Stage } from '../policy/stage.ts';
import type { Runtime } from '../runtime.ts';
import type { TimerOwner } from '../timer-wheel.ts';
import { AGAIN_FRESH, Attempts, NO_MORE, SPENT } from './attempts.ts';
import type { Client, ResponseSide, UpgradableClient } from './client.ts';
import { countExchange } from './count.ts';
import { ATTEMPT_PASSED, BACKOFF_PASSED, Deadlines, REQUEST_PASSED } from './deadlines.ts';
import { ERRORS, type ProxyError } from './error.ts';
import { errorAnswer } from './error-answer.ts';
import { grpcTime } from './grpc.ts';
import { Guard } from './guard.ts';
import { RequestSide } from './request-side.ts';
import { ANSWERED, Route, TO_BACKEND } from './route.ts';
import { isUpgrade, Tunnel } from './tunnel.ts';

const NO_FILTERS: readonly Stage[] = [];

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
/** With the stages of its policies and filters. */
const GUARDED = 6;

/**
 * The life of one request, and after it of the next one on the same connection. Its phases: `begin` (filters of its
 * listener, where there are any) → `decide` (route; preflight, redirect, or choice of a backend) → `guard` (policies and filters that look at the request, where there are any) → `attempt` (endpoint, connection) → send → `answered` (retry or commit) → body →
 * `end` (metrics, access log). Every failure leaves through `fail`, `refuse` or `breakOff` with an entry of the table in
 * error.ts.
 */
export class Exchange implements ResponseSink, TimerOwner {
  readonly client: Client;
  readonly runtime: Runtime;
  readonly request: RequestSide;
  readonly response: ResponseSide;
  readonly attempts: Attempts;
  readonly route: Route;
  readonly guard: Guard;
  method: string;
  decodesChunks: boolean;
  speaksHttp2: boolean;
  /** Of the request's first byte, on the clock of `performance.now()`. */
  startedAt: number;
  private readonly deadlines: Deadlines;
  private state: number;
  /** What carries the attempt under way; null while there is nothing. */
  private carrier: Carrier | null;

  constructor(client: Client, responseSide: (exchange: Exchange) => ResponseSide) {
    this.client = client;
    this.runtime = client.runtime;
    this.request = new RequestSide(this);
    this.response = responseSide(this);
    this.attempts = new Attempts();
    this.route = new Route();
    this.guard = new Guard(this);
    this.method = '';
    this.decodesChunks = false;
    this.speaksHttp2 = false;
    this.startedAt = 0;
    this.deadlines = new Deadlines(this, client.runtime.wheel);
    this.state = IDLE;
    this.carrier = null;
  }

  get isUnderWay(): boolean {
    return this.state !== IDLE;
  }

  // Routing

  /** The head of a request is complete. */
  begin(): void {
    const { client } = this;
    const { head } = client;
    this.method = head.method;
    this.decodesChunks = !client.isFramed || head.minor === 0;
    this.request.identify();
    const filters = client.site.compiled.hasFilters ? this.route.filters(head, client.sni, client.site) : NO_FILTERS;
    if (filters.length > 0) this.enterFilters(filters);
    else this.decide();
  }

  /** Looks for a rule: exactly once, with the request as the filters of its listener have left it. */
  decide(): void {
    const { client, route } = this;
    const verdict = route.decide(client.head, client.sni, client.site);
    if (route.isGuarded(client.site)) this.enterGuard(verdict);
    else this.follow(verdict);
  }

  /** Does what was decided, unless a stage has decided otherwise. */
  follow(verdict: number): void {
    const { route } = this;
    switch (verdict) {
      case TO_BACKEND:
        this.start(route.plan!, route.ref!);
        return;
      case ANSWERED:
        this.answer(route.direct!, route.reason);
        return;
      default:
        this.fail(route.error);
    }
  }

  private enterFilters(filters: readonly Stage[]): void {
    const { requestTimeout } = this.runtime.options.limits;
    this.state = GUARDED;
    if (requestTimeout > 0) {
      this.deadlines.request = this.startedAt + requestTimeout;
      this.deadlines.arm();
    }
    this.guard.filter(filters);
  }

  private enterGuard(verdict: number): void {
    const stages = this.route.stages(this.client.site);
    if (stages.length === 0) {
      this.follow(verdict);
      return;
    }
    this.state = GUARDED;
    this.limitTime(this.route.plan!);
    this.guard.enter(stages, verdict);
  }

  private limitTime({ isGrpc, timeouts }: RulePlan): void {
    const { requestTimeout } = this.runtime.options.limits;
    const isCall = isGrpc || this.guard.web !== null;
    const time = isCall
      ? grpcTime(this.client.head, Math.max(0, timeouts.request))
      : timeouts.request || requestTimeout;
    const { deadlines } = this;
    if (time <= 0 && deadlines.request === 0) return;
    deadlines.request = time <= 0 ? 0 : this.startedAt + time;
    deadlines.arm();
  }

  /** Sets out for the backend. */
  private start(plan: RulePlan, ref: CompiledBackendRef): void {
    const { client, runtime } = this;
    const { head } = client;
    const { requestBody } = runtime.options.limits;
    if (requestBody > 0 && head.bodyLength > requestBody) {
      this.fail(ERRORS.bodyTooLarge);
      return;
    }
    this.attempts.begin(this.route.backend!, this.route.sessions, this);
    this.speaksHttp2 = this.route.speaksHttp2;
    if (ref.mirrors.length > 0) this.request.chooseMirrors(ref.mirrors);
    this.limitTime(plan);
    this.attempt(false);
    if (head.framing === NO_BODY) this.request.mirror();
  }

  /** Ranges of the request's body have come; `isLast` with the end of the body. */
  requestBody(buffer: Buffer, isLast: boolean): void {
    const { client, runtime } = this;
    const { requestBody } = runtime.options.limits;
    if (requestBody > 0 && client.body.received > requestBody) {
      this.refuse(ERRORS.bodyTooLarge);
      return;
    }
    this.guard.receiving(buffer);
    const { web } = this.guard;
    if (web !== null) {
      const error = web.receive(client, buffer, isLast);
      if (error !== null) {
        this.refuse(error);
        return;
      }
    }
    const isOpen = this.state === SENT || this.state === RESPONDING;
    const carrier = isOpen ? this.carrier : null;
    if (web === null || web.text === null) this.request.body(carrier, client, buffer, isLast);
    else this.request.body(carrier, web.text, web.text.bytes, isLast);
    if (!this.guard.received(isLast) && isLast) this.request.mirror();
  }

  // Attempts

  private attempt(isFresh: boolean): void {
    const pool = this.attempts.next();
    if (pool === null) {
      this.fail(this.attempts.refusal);
      return;
    }
    this.request.isHeadSent = false;
    const { backendRequest } = this.route.plan!.timeouts;
    if (backendRequest > 0) {
      this.deadlines.attempt = performance.now() + backendRequest;
      this.deadlines.arm();
    }
    const carrier = isFresh || this.attempts.hasRaced ? null : pool.reuse(this);
    if (carrier === null) {
      this.state = CONNECTING;
      if (!pool.connect(this)) this.fail(ERRORS.overflow);
      return;
    }
    this.carrier = carrier;
    this.state = SENT;
    // A body that is here already goes out with the head, in one write.
    const { client, request } = this;
    if (!client.isReceiving || !client.hasInput || request.retained.length > 0) request.send(carrier);
  }

  connecting(carrier: Carrier): void {
    this.carrier = carrier;
  }

  connected(carrier: Carrier): void {
    this.carrier = carrier;
    this.state = SENT;
    this.request.send(carrier);
  }

  backendFailed(error: ProxyError): void {
    const { carrier } = this;
    this.carrier = null;
    if (this.state === TUNNEL) {
      this.endTunnel();
      return;
    }
    if (this.state === RESPONDING) {
      this.breakOff(error);
      return;
    }
    if (this.state !== SENT && this.state !== CONNECTING) return;
    const next = this.attempts.after(error, carrier, this.request, this.route.plan!.retry, this.method);
    if (next !== NO_MORE) this.repeat(next);
    else this.fail(error === ERRORS.backendClosed && carrier?.answered === true ? ERRORS.badResponse : error);
  }

  private repeat(next: number): void {
    if (next === SPENT) {
      this.fail(ERRORS.retryBudget);
      return;
    }
    this.runtime.metrics.retries++;
    this.deadlines.attempt = 0;
    const backoff = next === AGAIN_FRESH ? 0 : (this.route.plan!.retry?.backoff ?? 0);
    if (backoff === 0) {
      this.attempt(next === AGAIN_FRESH);
      return;
    }
    this.state = BACKING_OFF;
    this.deadlines.backoff = performance.now() + backoff;
    this.deadlines.arm();
  }

  // Response

  interim(carrier: Carrier): void {
    if (carrier.head.status === 100) this.request.wasContinued = true;
    if (!this.response.interim(carrier)) {
      this.abandon();
      this.fail(ERRORS.badResponse);
    }
  }

  answered(carrier: Carrier, buffer: Buffer): void {
    const { client, request } = this;
    const { head } = carrier;
    if (!request.isHeadSent) {
      // What an endpoint says before it is asked, such as 408 when it tires of waiting, answers nothing.
      carrier.answered = false;
      carrier.destroy();
      this.backendFailed(ERRORS.backendClosed);
      return;
    }
    const next = this.attempts.afterStatus(head.status, request, this.route.plan!.retry);
    if (next !== NO_MORE) {
      this.carrier = null;
      carrier.release(!client.isReceiving);
      this.repeat(next);
      return;
    }
    const instead = this.guard.insteadOf(carrier);
    if (instead !== null) {
      this.carrier = null;
      carrier.release(!client.isReceiving);
      this.answer(instead.response, instead.reason);
      return;
    }
    const isUpgraded = head.status === 101;
    if (isUpgraded && (client.upgradable === null || carrier.upgradable === null || !isUpgrade(client.head, head))) {
      this.abandon();
      this.fail(ERRORS.badResponse);
      return;
    }
    this.state = RESPONDING;
    this.deadlines.attempt = 0;
    this.attempts.passage?.keepSession();
    this.guard.begin(carrier, buffer);
    if (isUpgraded) this.startTunnel(client.upgradable!, carrier.upgradable!);
  }

  responseBody(carrier: Carrier, buffer: Buffer): void {
    this.guard.body(carrier, buffer);
  }

  responseEnd(carrier: Carrier): void {
    const { client, guard, response } = this;
    const { closes } = response;
    this.carrier = null;
    if (guard.complete()) {
      carrier.release(!client.isReceiving);
      return;
    }
    response.end(guard.translation ?? carrier);
    this.end(response.status, '');
    carrier.release(!client.isReceiving);
    client.finished(!closes);
  }

  /** All of a response that was coded on its way has been sent. */
  responseCoded(coded: ResponseSource): void {
    const { client, response } = this;
    const { closes } = response;
    response.end(coded);
    this.end(response.status, '');
    client.finished(!closes);
  }

  // Upgraded connections

  private startTunnel(client: UpgradableClient, connection: BackendConnection): void {
    this.state = TUNNEL;
    this.deadlines.clear();
    const tunnel = new Tunnel(client, connection, () => this.endTunnel());
    connection.startTunnel(tunnel);
    client.startTunnel(tunnel);
  }

  private endTunnel(): void {
    const { carrier, client } = this;
    this.carrier = null;
    this.end(101, '');
    carrier?.upgradable?.finishTunnel();
    client.upgradable?.linger();
  }

  // Flow

  backendDrained(): void {
    if (this.state !== IDLE) this.client.resume();
  }

  clientDrained(): void {
    if (this.guard.translation === null) this.carrier?.resume();
    else this.guard.translation.resume();
  }

  timeout(): void {
    switch (this.deadlines.passed()) {
      case REQUEST_PASSED:
        this.giveUp(ERRORS.requestTimeout);
        return;
      case ATTEMPT_PASSED:
        this.attemptTimedOut();
        return;
      case BACKOFF_PASSED:
        this.attempt(false);
        return;
      default:
    }
  }

  private attemptTimedOut(): void {
    if (this.state === RESPONDING) {
      this.breakOff(ERRORS.backendTimeout);
      return;
    }
    const { carrier } = this;
    this.abandon();
    const { retry } = this.route.plan!;
    const next = this.attempts.after(ERRORS.backendTimeout, carrier, this.request, retry, this.method);
    if (next === NO_MORE) this.fail(ERRORS.backendTimeout);
    else this.repeat(next);
  }

  // Ends

  /** The request, or what has come of it, is not acceptable: it is answered, if it can be, and the connection ends. */
  refuse(error: ProxyError): void {
    if (this.state === RESPONDING || this.state === TUNNEL) {
      this.breakOff(error);
      return;
    }
    this.abandon();
    this.answerError(error, true);
  }

  /** Ends an exchange whose response cannot be completed any more; the client sees that it is not complete. */
  breakOff(error: ProxyError): void {
    this.abandon();
    const instead = this.guard.brokenOff(error);
    if (instead !== null) {
      this.response.end(instead);
      this.end(this.response.status, error.reason);
      // What the client still sends may be what is wrong.
      this.client.finished(false);
      return;
    }
    const isUntilClose = this.client.head.minor === 0 && this.response.closes;
    this.end(this.response.status, error.reason);
    if (isUntilClose) this.client.reset();
    else this.client.destroy();
  }

  /** The client's connection is gone. */
  clientLost(): void {
    this.deadlines.remove();
    if (this.state === IDLE) return;
    const isTunnel = this.state === TUNNEL;
    this.abandon();
    this.end(this.response.status, isTunnel ? '' : ERRORS.clientClosed.reason);
  }

  /** An exception where none should be: the exchange and its client are not worth more. */
  crashed(): void {
    this.carrier = null;
    this.client.destroy();
  }

  private giveUp(error: ProxyError): void {
    if (this.state === RESPONDING) this.breakOff(error);
    else {
      this.attempts.passage?.failed(error);
      this.abandon();
      this.fail(error);
    }
  }

  /** Ends the attempt under way, without a word to anybody. */
  private abandon(): void {
    const { carrier } = this;
    this.carrier = null;
    if (carrier !== null) carrier.destroy();
    else if (this.state === CONNECTING) this.attempts.pool!.cancel(this);
  }

  fail(error: ProxyError): void {
    const instead = this.guard.insteadOfError(error);
    if (instead === null) this.answerError(error, false);
    else this.answer(instead.response, instead.reason);
  }

  private answerError(error: ProxyError, closes: boolean): void {
    const answer = errorAnswer(error, this.client, this.guard.web, this.attempts.retryAfter);
    this.answer(answer, error.reason, closes, error.status);
  }

  /** Answers without a backend, with what the rule does to every response. */
  answer(response: DirectResponse, reason: string, closes = false, counted = response.status): void {
    const { route } = this;
    const plan = this.guard.responsePlan(route.responsePlan ?? EMPTY_PLAN);
    this.response.answer(this.guard.answerFor(response), plan, route.corsPlan(this.client.head), closes);
    const keepAlive = !this.response.closes;
    this.end(counted, reason);
    this.client.finished(keepAlive);
  }

  /** Counts and logs the exchange, and forgets it. */
  private end(status: number, reason: string): void {
    countExchange(this, status, reason);
    this.state = IDLE;
    this.guard.end(status, reason);
    this.method = '';
    this.route.reset();
    this.attempts.reset();
    this.request.reset();
    this.response.reset();
    this.deadlines.clear();
  }
}
