import type { Carrier, ResponseSource } from '../backend/carrier.ts';
import type { ResponseSink } from '../backend/response-sink.ts';
import type { CompiledBackendRef } from '../compile/compiled.ts';
import type { DirectResponse } from '../filter/plan.ts';
import { NO_BODY } from '../http1/framing.ts';
import type { Runtime } from '../runtime.ts';
import { AGAIN_FRESH, Attempts, NO_MORE, SPENT } from './attempts.ts';
import type { Client, ResponseSide } from './client.ts';
import { countExchange } from './count.ts';
import { type DeadlineOwner, Deadlines } from './deadlines.ts';
import { ERRORS, type ProxyError } from './error.ts';
import { errorAnswer } from './error-answer.ts';
import { Guard } from './guard.ts';
import { RequestSide } from './request-side.ts';
import { ANSWERED, Route, TO_BACKEND } from './route.ts';
import { isUpgrade, Tunnel } from './tunnel.ts';

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
 * The life of one request, and after it of the next one on the same connection. Its phases: `begin` → guard.ts (filters
 * of its listener, route, policies and filters of its rule) → `follow` (preflight, redirect, or a backend) → `attempt`
 * (endpoint, connection) → send → `answered` (retry or commit) → body → `end` (metrics, access log). Every failure leaves
 * through `fail`, `refuse` or `breakOff` with an entry of the table in error.ts.
 */
export class Exchange implements ResponseSink, DeadlineOwner {
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

  // Route

  /** The head of a request is complete. */
  begin(): void {
    const { client } = this;
    const { head } = client;
    this.method = head.method;
    this.decodesChunks = !client.isFramed || head.minor === 0;
    this.request.identify();
    this.guard.admit();
  }

  /** It is with its stages: `follow`, `answer`, `fail` or `refuse` comes of that, at once or later. */
  guarded(): void {
    this.state = GUARDED;
  }

  /** Does what was decided, unless a stage has decided otherwise. */
  follow(verdict: number): void {
    const { route } = this;
    if (verdict === TO_BACKEND) this.start(route.ref!);
    else if (verdict === ANSWERED) this.answer(route.direct!, route.reason);
    else this.fail(route.error);
  }

  /** Sets out for the backend. */
  private start(ref: CompiledBackendRef): void {
    const { client, request, route } = this;
    if (request.isTooLong(client.head.bodyLength)) {
      this.fail(ERRORS.bodyTooLarge);
      return;
    }
    this.attempts.begin(route.backend!, route.sessions, this);
    this.speaksHttp2 = route.speaksHttp2;
    if (ref.mirrors.length > 0) request.chooseMirrors(ref.mirrors);
    this.limitTime();
    this.attempt(false);
    if (client.head.framing === NO_BODY) request.mirror();
  }

  /** From now on the request has its time: it goes to a backend, or a stage waits, which it may not do for ever. */
  limitTime(): void {
    const { client, guard, route, runtime } = this;
    const { requestTimeout } = runtime.options.limits;
    this.deadlines.limitRequest(this.startedAt, route.requestTime(client.head, guard.web !== null, requestTimeout));
  }

  /** What the request is being sent on; null while there is nothing. */
  get sending(): Carrier | null {
    return this.state === SENT || this.state === RESPONDING ? this.carrier : null;
  }

  // Attempts

  private attempt(isFresh: boolean): void {
    const pool = this.attempts.next();
    if (pool === null) {
      this.fail(this.attempts.refusal);
      return;
    }
    this.request.isHeadSent = false;
    this.deadlines.limitAttempt(this.route.plan!.timeouts.backendRequest);
    const carrier = isFresh || this.attempts.hasRaced ? null : pool.reuse(this);
    if (carrier === null) {
      this.state = CONNECTING;
      if (!pool.connect(this)) this.fail(ERRORS.overflow);
      return;
    }
    this.carrier = carrier;
    this.state = SENT;
    this.request.begin(carrier);
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
    if (this.state === TUNNEL) this.endTunnel();
    else if (this.state === RESPONDING) this.breakOff(error);
    else if (this.state === SENT || this.state === CONNECTING) this.attemptFailed(error, carrier);
  }

  private attemptFailed(error: ProxyError, carrier: Carrier | null): void {
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
    if (backoff === 0) this.attempt(next === AGAIN_FRESH);
    else {
      this.state = BACKING_OFF;
      this.deadlines.backOff(backoff);
    }
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
      this.release(carrier);
      this.repeat(next);
      return;
    }
    const instead = this.guard.insteadOf(carrier);
    if (instead !== null) {
      this.release(carrier);
      this.answer(instead.response, instead.reason);
      return;
    }
    const isUpgraded = head.status === 101;
    if (isUpgraded && !isUpgrade(client, carrier)) {
      this.abandon();
      this.fail(ERRORS.badResponse);
      return;
    }
    this.state = RESPONDING;
    this.deadlines.attempt = 0;
    if (client.isReceiving) request.committed();
    this.attempts.passage?.keepSession();
    this.guard.begin(carrier, buffer);
    if (isUpgraded) this.startTunnel(carrier);
  }

  responseBody(carrier: Carrier, buffer: Buffer): void {
    this.guard.body(carrier, buffer);
  }

  responseEnd(carrier: Carrier): void {
    const { guard } = this;
    this.carrier = null;
    if (guard.complete()) carrier.release(!this.client.isReceiving);
    else this.complete(guard.translation ?? carrier, carrier);
  }

  /** All of a response that was coded on its way has been sent. */
  responseCoded(coded: ResponseSource): void {
    this.complete(coded, null);
  }

  /** `carrier` is null when it has been released already. */
  private complete(source: ResponseSource, carrier: Carrier | null): void {
    const { client, response } = this;
    const { closes } = response;
    response.end(source);
    this.end(response.status, '');
    carrier?.release(!client.isReceiving);
    client.finished(!closes);
  }

  // Upgraded connections

  private startTunnel(carrier: Carrier): void {
    this.state = TUNNEL;
    this.deadlines.clear();
    new Tunnel(this.client.upgradable!, carrier.upgradable!, () => this.endTunnel()).start();
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

  // Deadlines

  requestTimedOut(): void {
    if (this.state === RESPONDING) this.breakOff(ERRORS.requestTimeout);
    else {
      this.attempts.passage?.failed(ERRORS.requestTimeout);
      this.abandon();
      this.fail(ERRORS.requestTimeout);
    }
  }

  backedOff(): void {
    this.attempt(false);
  }

  attemptTimedOut(): void {
    if (this.state === RESPONDING) this.breakOff(ERRORS.backendTimeout);
    else {
      const { carrier } = this;
      this.abandon();
      this.attemptFailed(ERRORS.backendTimeout, carrier);
    }
  }

  // Ends

  /** The request, or what has come of it, is not acceptable: it is answered, if it can be, and the connection ends. */
  refuse(error: ProxyError): void {
    if (this.state === RESPONDING || this.state === TUNNEL) this.breakOff(error);
    else {
      this.abandon();
      this.answerError(error, true);
    }
  }

  /** Ends an exchange whose response cannot be completed any more; the client sees that it is not complete. */
  breakOff(error: ProxyError): void {
    this.abandon();
    const instead = this.guard.brokenOff(error);
    if (instead !== null) this.response.end(instead);
    if (instead !== null || this.response.breakOff(error)) {
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

  /** Parts with a carrier whose response is not passed on. */
  private release(carrier: Carrier): void {
    this.carrier = null;
    carrier.release(!this.client.isReceiving);
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
    this.guard.send(response, closes);
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
