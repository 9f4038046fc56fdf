import { ERRORS, type ProxyError } from '../../exchange/error.ts';
import type { Backend } from '../backend.ts';
import type { EndpointPool } from '../endpoint-pool.ts';
import type { BalancedRequest } from './balancer.ts';
import { type Breaker, REFUSED } from './breaker.ts';
import { cookieOf } from './cookie.ts';
import type { Session, SessionField, Sessions } from './session.ts';
import type { BackendTraffic } from './traffic.ts';

/** What a policy asks of whoever sends a request. */
export interface Sender {
  /** All values of a field of the request joined; null when absent. `name` is in lower case. */
  header(name: string): string | null;
  readonly clientAddress: string;
  /** Key of the route, such as `httproute/shop/cart`. */
  readonly route: string;
  readonly isSecure: boolean;
}

/** Before these there was no connection that a request could have gone on. */
const CONNECT_ERRORS: ReadonlySet<ProxyError> = new Set([
  ERRORS.connectFailed,
  ERRORS.connectTimeout,
  ERRORS.backendHandshake,
  ERRORS.backendCertificate,
  ERRORS.backendProtocol,
]);

/** These say nothing about the backend. */
const NOT_ITS_FAULT: ReadonlySet<ProxyError> = new Set([
  ERRORS.overflow,
  ERRORS.pendingTimeout,
  ERRORS.clientClosed,
  ERRORS.clientStalled,
  ERRORS.bodyTimeout,
  ERRORS.bodyIncomplete,
  ERRORS.bodyTooLarge,
]);

const NO_PERIOD = -1;

/** One request on its way through a backend's policy and its session. There is none for requests without either. */
export class Passage implements BalancedRequest {
  /** Why there is no endpoint. */
  error: ProxyError;
  /** Seconds until it is worth asking again; 0: nobody knows. */
  retryAfter: number;
  /** The field that the response gets beside its own; null: none. */
  field: SessionField | null;
  private readonly sender: Sender;
  private readonly backend: Backend;
  private readonly traffic: BackendTraffic | null;
  private readonly breaker: Breaker | null;
  private readonly sessions: Sessions<EndpointPool> | null;
  private readonly session: Session | null;
  /** Of the attempt under way. */
  private pool: EndpointPool | null;
  private period: number;

  /** `sessions` are those of the rule; null: those of the policy hold. */
  constructor(sender: Sender, backend: Backend, sessions: Sessions<EndpointPool> | null) {
    const { traffic } = backend;
    this.error = ERRORS.noEndpoint;
    this.retryAfter = 0;
    this.field = null;
    this.sender = sender;
    this.backend = backend;
    this.traffic = traffic;
    this.breaker = traffic === null ? null : traffic.breakerFor(sender.route);
    this.sessions = sessions ?? traffic?.sessions ?? null;
    this.session = this.sessions === null ? null : readSession(this.sessions, sender);
    this.pool = null;
    this.period = NO_PERIOD;
    traffic?.budget?.noteRequest(performance.now());
  }

  get clientAddress(): string {
    return this.sender.clientAddress;
  }

  header(name: string): string | null {
    return this.sender.header(name);
  }

  cookie(name: string): string | null {
    return cookieOf(this.sender.header('cookie'), name);
  }

  /** Begins an attempt; null when there is no endpoint for it, and then `error` says why. */
  next(tried: readonly EndpointPool[]): EndpointPool | null {
    this.over();
    if (this.breaker !== null) {
      const now = performance.now();
      this.period = this.breaker.admit(now);
      if (this.period === REFUSED) {
        this.error = ERRORS.circuitOpen;
        this.retryAfter = this.breaker.retryAfter(now);
        return null;
      }
    }
    const pool = this.choose(tried);
    if (pool === null) {
      this.over();
      return null;
    }
    this.pool = pool;
    pool.load.requests++;
    return pool;
  }

  /** The attempt under way was answered with this status. */
  answered(status: number): void {
    const { breaker, pool, traffic } = this;
    if (pool === null || traffic === null) return;
    traffic.answered(pool, status);
    if (breaker === null) return;
    if (breaker.settings.failureCodes.includes(status)) breaker.failedAt(this.period, performance.now());
    else breaker.succeeded(this.period, performance.now());
    this.period = NO_PERIOD;
  }

  /** The attempt under way came to nothing. */
  failed(error: ProxyError): void {
    const { breaker, pool, traffic } = this;
    if (pool === null || traffic === null || NOT_ITS_FAULT.has(error)) return;
    traffic.failed(pool, CONNECT_ERRORS.has(error));
    breaker?.failedAt(this.period, performance.now());
    this.period = NO_PERIOD;
  }

  /** Whether there may be another attempt after a failed one. It counts then. */
  mayRetry(): boolean {
    const budget = this.traffic?.budget ?? null;
    return budget === null || budget.take(performance.now());
  }

  /** Ends the attempt under way, if there is one. What has not been told of it nobody knows. */
  over(): void {
    const { pool } = this;
    this.pool = null;
    if (pool !== null) pool.load.requests--;
    if (this.period !== NO_PERIOD) this.breaker?.abandoned(this.period);
    this.period = NO_PERIOD;
  }

  /** The endpoint's answer goes to the client, and with it what keeps the session there. */
  keepSession(): void {
    const { pool, session, sessions } = this;
    if (sessions === null || pool === null) return;
    const now = Date.now();
    const token = sessions.tokenFor(session, this.backend.key, pool, now);
    if (token !== null) this.field = sessions.fieldFor(token, session, now, this.sender.isSecure);
  }

  private choose(tried: readonly EndpointPool[]): EndpointPool | null {
    const { backend, session, sessions } = this;
    const { endpoints } = backend;
    if (session !== null) {
      const known = sessions!.endpointOf(session, backend.key, endpoints);
      if (known !== null && !tried.includes(known)) return known;
    }
    const balancer = this.traffic === null ? null : this.traffic.balancer;
    if (balancer === null || endpoints.length === 0) return backend.next(tried);
    return endpoints[balancer.pick(endpoints, tried, this)]!;
  }
}

/** The session that a request brings. */
export function readSession(
  sessions: Sessions<EndpointPool>,
  sender: { header(name: string): string | null },
): Session | null {
  const { kind, name } = sessions.settings;
  return sessions.read(sender.header(kind === 'cookie' ? 'cookie' : name.toLowerCase()), Date.now());
}
