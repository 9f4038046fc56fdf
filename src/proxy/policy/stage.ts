import type { CredentialSource } from '../../ir/policy/access.ts';
import type { ProxyError } from '../exchange/error.ts';
import type { DirectResponse } from '../filter/plan.ts';
import type { ResponseHead } from '../http1/response-head.ts';
import type { Visit } from './visit.ts';

/** What `Stage.enter` finds. */
export const PASS = 0;
/** `visit.answer` was called. */
export const ANSWER = 1;
/** `visit.proceed` or `visit.answer` will be called later, once. */
export const WAIT = 2;

/**
 * In which order stages see a request, whatever the order of policies: who may not come in at all is not counted, and who
 * is not known is not asked what he may do.
 */
export const ORDER = {
  grpcWeb: 3,
  coding: 4,
  telemetry: 5,
  ip: 10,
  limit: 20,
  authentication: 30,
  authorization: 40,
  limitByClaim: 50,
  direct: 55,
  transform: 60,
  cache: 70,
  handler: 80,
} as const;

/**
 * The last of those that decide whether a request gets through. They hold for redirects too. Preflights carry no credentials
 * and nothing else that says who asks (Fetch standard, section 3.3.2), so they pass those up to `ORDER.limit` only.
 */
export const LAST_GATE = ORDER.limitByClaim;

/**
 * What a policy or a filter does to the requests that it holds for, between the choice of a backend and the first attempt to
 * reach it, and to their responses. One object serves all requests; what is one request's is in the visit.
 */
export interface Stage {
  readonly order: number;
  /**
   * Bytes of the largest request body that the stage has to see as a whole before it is entered; 0: it sees none. A larger
   * one is answered with 413.
   */
  readonly bodyLimit: number;
  /** The same for one request, of a stage that does not need the bodies of all; it counts in place of `bodyLimit`. */
  bodyLimitFor?(visit: Visit): number;
  /** Where it looks for credentials: what stands there is in no report. */
  readonly sources?: readonly CredentialSource[];
  /** Whether a stream may be opened from an address; absent: what the stage asks for cannot be had of a stream. */
  admits?(address: string): boolean;
  /**
   * Whether it has nothing of a visit any more when `enter` has found PASS or ANSWER, but from `responded` and `ended`, while they
   * run. The visit may then serve another request of the connection. Absent: it may have kept it.
   */
  readonly letsGo?: boolean;
  /** PASS, ANSWER or WAIT. Throws for nothing that a request can hold. */
  enter(visit: Visit): number;
  /** `head` is that of the backend's response, and goes to the client next. Absent: it does not want to know. */
  responded?(visit: Visit, head: ResponseHead): void;
  /** The exchange is over. `status` 0: the client had gone before there was any. Absent: it does not want to know. */
  ended?(visit: Visit, status: number, reason: string): void;
}

/** An answer in place of what the backend said, or failed to say. `reason` is that of access log and metrics. */
export type SubstituteAnswer = { readonly response: DirectResponse; readonly reason: string };

/** What a stage leaves with a visit when it may answer in place of a backend that was asked. */
export interface Substitute {
  /** `head` is that of the backend's response, of which nothing has gone to the client; null: it goes. */
  forResponse(head: ResponseHead): SubstituteAnswer | null;
  /** There is no response to send; null: the client is told of the error. */
  forFailure(error: ProxyError): SubstituteAnswer | null;
}
