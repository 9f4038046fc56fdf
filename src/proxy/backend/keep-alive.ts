import { KEEP_ALIVE } from '../http1/known-field.ts';
import type { ResponseHead } from '../http1/response-head.ts';

/**
 * Milliseconds that an endpoint says it keeps an idle connection; -1 when it does not. `Keep-Alive: timeout=5`: nobody
 * standardised it any more, everybody sends it (RFC 2068 section 19.7.1).
 */
export function keepAliveHint(head: ResponseHead): number {
  const value = head.fields.has(KEEP_ALIVE) ? head.header('keep-alive') : null;
  const match = value === null ? null : /(?:^|[\s,])timeout\s*=\s*(\d{1,6})/i.exec(value);
  return match === null ? -1 : Number(match[1]) * 1_000;
}

/** How long an idle connection is kept, of which both the limit and the endpoint's hint have a say. */
export function idleTime(limit: number, hint: number): number {
  if (hint < 0) return limit;
  // Half a second before the endpoint means to close, so that no request meets its FIN on the way.
  return Math.min(limit, Math.max(0, hint - 500));
}
