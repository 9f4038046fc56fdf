import type { Retry } from '../../ir/table.ts';
import { ERRORS, type ProxyError } from './error.ts';

/** Attempts after the first one where the rule says nothing: only for connections that never carried the request. */
const IMPLICIT_ATTEMPTS = 2;

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

/**
 * Whether a failed attempt may be followed by another one. `attempts` counts those already made; the caller has seen to
 * it that nothing was answered and that the request can be replayed.
 *
 * With a retry policy of the rule every connection error is retried while attempts last (GEP-1731). Without one only
 * what never reached a backend goes to another endpoint.
 */
export function mayRetry(error: ProxyError, retry: Retry | null, attempts: number): boolean {
  if (!error.retryable) return false;
  if (retry !== null) return attempts <= retry.attempts;
  if (attempts > IMPLICIT_ATTEMPTS) return false;
  return error === ERRORS.connectFailed || error === ERRORS.connectTimeout;
}

/** Whether the rule wants a response with this status to be tried again. */
export function retriesStatus(retry: Retry | null, status: number, attempts: number): boolean {
  return retry !== null && attempts <= retry.attempts && retry.codes.includes(status);
}
