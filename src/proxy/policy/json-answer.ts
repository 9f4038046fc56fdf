import type { DirectResponse } from '../filter/plan.ts';

const TYPE: readonly [string, string] = ['Content-Type', 'application/json'];

/** A response with a JSON text in it. */
export function jsonAnswer(status: number, body: string, more: DirectResponse['headers'] = []): DirectResponse {
  return { status, headers: [TYPE, ...more], body };
}

/** Whether a media type is JSON, or there is none. */
export function isJSON(contentType: string | null): boolean {
  return contentType === null || /^\s*application\/(?:[!-.0-:<-~]+\+)?json\s*(?:;|$)/i.test(contentType);
}

/** How long a request of our own may take: what its rule says, or `otherwise`. Milliseconds. */
export function timeLimit(
  { backendRequest, request }: { backendRequest: number; request: number },
  otherwise: number,
): number {
  const limits = [backendRequest, request].filter((limit) => limit > 0);
  return limits.length === 0 ? otherwise : Math.min(...limits);
}
