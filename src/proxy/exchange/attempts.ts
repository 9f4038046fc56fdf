import type { Retry } from '../../ir/table.ts';
import type { Backend } from '../backend/backend.ts';
import type { Carrier } from '../backend/carrier.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import { Passage } from '../backend/traffic/passage.ts';
import type { Sessions } from '../backend/traffic/session.ts';
import { ERRORS, type ProxyError } from './error.ts';
import type { Exchange } from './exchange.ts';
import type { RequestSide } from './request-side.ts';
import { ExchangeSender } from './sender.ts';

/** What follows a failed attempt. */
export const NO_MORE = 0;
/** Another endpoint, after the rule's backoff. */
export const AGAIN = 1;
/** At once, on a new connection: the one that was kept had already been closed. */
export const AGAIN_FRESH = 2;
/** There would be another one, but the backend has had enough of them (retry budget). */
export const SPENT = 3;

/** Attempts after the first one where the rule says nothing: only for connections that never carried the request. */
const IMPLICIT_ATTEMPTS = 2;
/** And while there are endpoints that were not tried and refuse at once: when many leave together some are known too late. */
const MOST_ATTEMPTS = 8;
const NO_POOLS: readonly EndpointPool[] = [];

/** After these no backend has seen the request, or says so itself (RFC 9113 section 8.7). */
const NEVER_SERVED: ReadonlySet<ProxyError> = new Set([
  ERRORS.connectFailed,
  ERRORS.connectTimeout,
  ERRORS.backendHandshake,
  ERRORS.backendCertificate,
  ERRORS.backendProtocol,
  ERRORS.streamRefused,
]);

/** The attempts of one exchange to get an answer from its backend, and the decision whether there is another one. */
export class Attempts {
  backend: Backend | null;
  /** By the backend's policy; null without one. */
  passage: Passage | null;
  /** The endpoint of the last attempt. */
  pool: EndpointPool | null;
  count: number;
  private tried: readonly EndpointPool[];
  /** Whether a kept connection turned out to be closed: from then on only new ones are tried. */
  hasRaced: boolean;
  private hasReplayed: boolean;

  constructor() {
    this.backend = null;
    this.passage = null;
    this.pool = null;
    this.count = 0;
    this.tried = NO_POOLS;
    this.hasRaced = false;
    this.hasReplayed = false;
  }

  reset(): void {
    if (this.passage !== null) {
      this.passage.over();
      this.passage = null;
    }
    this.backend = null;
    this.pool = null;
    this.count = 0;
    this.tried = NO_POOLS;
    this.hasRaced = false;
    this.hasReplayed = false;
  }

  /** Sets out for a backend. */
  begin(backend: Backend, sessions: Sessions<EndpointPool> | null, exchange: Exchange): void {
    this.backend = backend;
    if (sessions === null && backend.traffic === null) return;
    this.passage = new Passage(new ExchangeSender(exchange), backend, sessions);
  }

  /** Begins an attempt: the next endpoint in turn that has not failed before, while there is one; null without any. */
  next(): EndpointPool | null {
    this.count++;
    this.pool = this.passage === null ? this.backend!.next(this.tried) : this.passage.next(this.tried);
    return this.pool;
  }

  /** Why there was no endpoint for an attempt. */
  get refusal(): ProxyError {
    return this.passage === null ? ERRORS.noEndpoint : this.passage.error;
  }

  /** Seconds until it is worth asking again; 0: nobody knows. */
  get retryAfter(): number {
    return this.passage === null ? 0 : this.passage.retryAfter;
  }

  /** Decides after a failed attempt. `carrier` is null when there was none. */
  after(error: ProxyError, carrier: Carrier | null, request: RequestSide, retry: Retry | null, method: string): number {
    const isReused = carrier !== null && carrier.requests > 1;
    const isRace = error === ERRORS.backendClosed && isReused && carrier?.answered !== true;
    if (!isRace) this.passage?.failed(error);
    if (!request.retained.isWhole || carrier?.answered === true) return NO_MORE;
    const isSafe = isIdempotent(method);
    if (isRace && !this.hasRaced && (isSafe || !request.isHeadSent)) {
      // The endpoint closed a kept connection while the request was on its way. That is nobody's failure, but only an
      // idempotent request may be sent again without knowing whether it was served (RFC 9110 section 9.2.2).
      this.hasRaced = true;
      this.count--;
      return AGAIN_FRESH;
    }
    return this.mayRepeat(error, retry, isSafe) ? this.repeat() : NO_MORE;
  }

  /** Decides after a response, whose status the rule may want to be tried again. */
  afterStatus(status: number, request: RequestSide, retry: Retry | null): number {
    this.passage?.answered(status);
    if (retry === null || !request.retained.isWhole) return NO_MORE;
    return this.count <= retry.attempts && retry.codes.includes(status) ? this.repeat() : NO_MORE;
  }

  private repeat(): number {
    if (this.passage !== null && !this.passage.mayRetry()) return SPENT;
    this.tried = [...this.tried, this.pool!];
    return AGAIN;
  }

  /**
   * With a retry policy of the rule every connection error is retried while attempts last (GEP-1731). Without one, what
   * never reached a backend goes to another endpoint, and so does once, if there is another one, an idempotent request
   * whose endpoint closed the connection without a byte, as it does when it stops.
   */
  private mayRepeat(error: ProxyError, retry: Retry | null, isSafe: boolean): boolean {
    if (!error.retryable) return false;
    if (retry !== null) return this.count <= retry.attempts;
    if (NEVER_SERVED.has(error)) {
      if (this.count <= IMPLICIT_ATTEMPTS) return true;
      return error === ERRORS.connectFailed && this.count < MOST_ATTEMPTS && this.hasUntried;
    }
    if (error !== ERRORS.backendClosed || !isSafe || this.hasReplayed || !this.hasUntried) return false;
    this.hasReplayed = true;
    return true;
  }

  private get hasUntried(): boolean {
    return this.backend!.hasOther(this.pool!, this.tried);
  }
}

/** RFC 9110 section 9.2.2. */
export function isIdempotent(method: string): boolean {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'OPTIONS':
    case 'PUT':
    case 'DELETE':
    case 'TRACE':
      return true;
    default:
      return false;
  }
}
