import { type Part, REQUEST_VALUES, type RequestValue } from '../../../ir/transform.ts';
import type { Visit } from '../../policy/visit.ts';
import type { Captures } from '../../route/candidate.ts';
import { queryValue } from '../../route/predicate.ts';
import { baseURL, endpointURL } from './base-url.ts';
import { claimText } from './claim.ts';

/** Why there is no value, and what a request is answered that cannot do without it. */
export type Absence = {
  readonly status: number;
  /** For the access log. */
  readonly reason: string;
  /** Whether a field or parameter is just left out for want of it. */
  readonly mayLeaveOut: boolean;
};

/** The match has not captured it. */
export const NOT_CAPTURED: Absence = { status: 500, reason: 'NotCaptured', mayLeaveOut: true };
/** The client has not sent it. */
export const NOT_SENT: Absence = { status: 400, reason: 'MissingValue', mayLeaveOut: true };
/** There is none yet, or not here. */
const NOT_KNOWN: Absence = { status: 500, reason: 'NotKnown', mayLeaveOut: true };
/** The client does not have the claim, and need not. */
const NOT_CLAIMED: Absence = { status: 403, reason: 'MissingClaim', mayLeaveOut: true };
/** The client does not have the claim. */
export const DENIED: Absence = { status: 403, reason: 'MissingClaim', mayLeaveOut: false };
/** The value cannot stand where it should. */
export const UNFIT: Absence = { status: 400, reason: 'UnfitValue', mayLeaveOut: false };

export function isAbsence(value: string | Absence): value is Absence {
  return typeof value !== 'string';
}

/** A part of a template that has a value. */
export type ValuePart = Exclude<Part, { from: 'text' }>;

const ORIGINS = ['capture', 'query', 'header', 'request'] as const;

/**
 * The part with words of this program in place of equal ones that came with the table: what is the same object is compared at once,
 * and these are compared for every request.
 */
export function inOwnWords(part: ValuePart): ValuePart {
  if (part.from === 'claim') return part;
  const { fallback } = part;
  const from = ORIGINS.find((origin) => origin === part.from)!;
  return { from, name: REQUEST_VALUES.find((value) => value === part.name) ?? part.name, fallback };
}

/** The values of requests: what a template is filled from. */
export interface Values {
  of(part: ValuePart): string | Absence;
  /** What was captured of the path, as the path has it; null for what was captured elsewhere, or not at all. */
  ofPath(name: string): string | null;
}

/** Those of one request at a time. */
export class VisitValues implements Values {
  private visit: Visit | null;
  private captures: Captures | null;
  private encoded: Captures | null;

  constructor() {
    this.visit = null;
    this.captures = null;
    this.encoded = null;
  }

  /** Null when the request is done. */
  set(visit: Visit | null): void {
    this.visit = visit;
    this.captures = null;
    this.encoded = null;
  }

  ofPath(name: string): string | null {
    const { head, match } = this.visit!;
    this.encoded ??= match.encodedCaptures(head);
    return Object.hasOwn(this.encoded, name) ? this.encoded[name]! : null;
  }

  of(part: ValuePart): string | Absence {
    const visit = this.visit!;
    switch (part.from) {
      case 'capture':
        this.captures ??= visit.match.captures(visit.head);
        return Object.hasOwn(this.captures, part.name) ? this.captures[part.name]! : NOT_CAPTURED;
      case 'query':
        return queryValue(visit.query ?? visit.head.query, part.name) ?? NOT_SENT;
      case 'header':
        // A credential that an authentication has taken out of the request is gone.
        if (visit.request.drops(part.name)) return visit.request.get(part.name) ?? NOT_SENT;
        return visit.head.header(part.name) ?? NOT_SENT;
      case 'claim': {
        const { identity } = visit;
        if (identity === null) return DENIED;
        return claimText(identity.claims, part.claim) ?? (part.claim.optional ? NOT_CLAIMED : DENIED);
      }
      case 'request':
        return ownValue(visit, part.name as RequestValue) ?? NOT_KNOWN;
    }
  }
}

function ownValue(visit: Visit, name: RequestValue): string | null {
  switch (name) {
    case 'BaseURL':
      return baseURL(visit);
    case 'BackendBaseURL':
      return endpointURL(visit);
    case 'ClientIP':
      return visit.clientAddress;
    case 'RequestHost':
      return visit.head.target.hasAuthority ? visit.head.authority : null;
    case 'TraceID':
      return visit.traceparent.slice(3, 35);
  }
}
