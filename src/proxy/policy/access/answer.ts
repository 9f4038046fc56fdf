/** What clients that are not let in are told: nothing of why, beyond what they need to do it right. */
import { errorBody } from '../../exchange/response-writer.ts';
import type { DirectResponse } from '../../filter/plan.ts';

export const FORBIDDEN: DirectResponse = errorBody(403);

/** Who they are cannot be found out now. */
export const UNAVAILABLE: DirectResponse = errorBody(503);

/** 401 without `WWW-Authenticate`: nothing that a client could send in its next request would help. */
export const UNAUTHENTICATED: DirectResponse = errorBody(401);

/** 401 and how to authenticate (RFC 9110 section 11.6.1). */
export function challenge(scheme: string): DirectResponse {
  return withField(errorBody(401), 'WWW-Authenticate', scheme);
}

export function withField(response: DirectResponse, name: string, value: string): DirectResponse {
  return { ...response, headers: [...response.headers, [name, value]] };
}

/** Reasons, as metrics and the access log have them. */
export const REASONS = {
  ip: 'ip-denied',
  certificate: 'client-certificate',
  missing: 'no-credentials',
  invalid: 'invalid-credentials',
  claims: 'claims-denied',
  unavailable: 'authentication-unavailable',
  external: 'external-auth',
} as const;
