/** The name that proxies go by in Cache-Status (RFC 9211). */
const NAME = 'Headgate';

/** Why a request went to the backend (RFC 9211 section 2.2). */
export type Forward = 'bypass' | 'request' | 'stale' | 'uri-miss' | 'vary-miss';

/** Answered from the store; `ttl` in seconds is negative for a stale response. */
export function hitStatus(ttl: number): string {
  return `${NAME}; hit; ttl=${ttl}`;
}

/** Answered from the store because the backend failed. */
export function failedStatus(ttl: number, why: string): string {
  return `${NAME}; hit; ttl=${ttl}; detail=${why}`;
}

export function forwardStatus(why: Forward, isStored: boolean): string {
  return `${NAME}; fwd=${why}${isStored ? '; stored' : ''}`;
}

/** Answered with what another request, which came before, has brought. */
export function collapsedStatus(why: Forward): string {
  return `${NAME}; fwd=${why}; collapsed`;
}

/** The backend has said that the stored response is still good. */
export function validatedStatus(): string {
  return `${NAME}; fwd=stale; fwd-status=304`;
}
