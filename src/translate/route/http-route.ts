import { milliseconds } from '../../api/gateway/duration.ts';
import type { HTTPRoute } from '../../api/gateway/http-route.ts';
import type { HTTPRouteRule } from '../../api/gateway/http-route-rule.ts';
import type { Retry, Timeouts } from '../../ir/table.ts';
import type { RouteKind } from './kind.ts';
import { convertMatches } from './match.ts';
import { convertRule } from './rule.ts';

export const httpRouteKind: RouteKind<HTTPRoute> = {
  collection: 'rules',
  hostnames: ({ spec }) => spec.hostnames ?? [],
  convert: ({ metadata, spec }, backends) =>
    spec.rules.map((rule, index) =>
      convertRule(rule, backends, {
        kind: 'HTTPRoute',
        metadata,
        index,
        protocol: 'http',
        matches: convertMatches,
        timeouts: convertTimeouts(rule.timeouts),
        retry: convertRetry(rule.retry),
      }),
    ),
};

/** Node's timers hold no more (24 days); the Gateway API lets a longer timeout be the longest possible one. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;
/** Said to be none. */
const NO_TIMEOUT = -1;

function convertTimeouts({ request, backendRequest = '0s' }: HTTPRouteRule['timeouts'] = {}): Timeouts {
  const said = request === undefined ? 0 : convertDuration(request) || NO_TIMEOUT;
  return { request: said, backendRequest: convertDuration(backendRequest) };
}

function convertDuration(duration: string): number {
  return Math.min(milliseconds(duration), LONGEST_TIMEOUT);
}

/** Milliseconds before a second attempt when the route does not say: enough for a backend that has just restarted a socket. */
const DEFAULT_BACKOFF = 25;

function convertRetry(retry: HTTPRouteRule['retry']): Retry | null {
  if (retry === undefined) return null;
  return {
    attempts: retry.attempts,
    codes: [...(retry.codes ?? [])].sort((a, b) => a - b),
    backoff: retry.backoff === undefined ? DEFAULT_BACKOFF : convertDuration(retry.backoff),
  };
}
