import type { RateLimit } from '../../../ir/policy/rate-limit.ts';
import { grpcError, isGrpc } from '../../exchange/grpc.ts';
import { errorBody } from '../../exchange/response-writer.ts';
import type { DirectResponse, HeaderLine } from '../../filter/plan.ts';
import type { Visit } from '../visit.ts';
import { FIELD, POLICY_FIELD, seconds } from './fields.ts';
import type { Limiter } from './limiter.ts';

/** Reasons, in metrics and the access log. */
export const TOO_MANY = 'rate-limited';
export const UNIDENTIFIED = 'client-unidentified';

/** Names of the fields that tell of limits, in lower case. */
const FIELDS = [POLICY_FIELD, FIELD].map((name) => name.toLowerCase());

/** Says what is left, beside what policies for something else say; a backend has no say in it. */
export function inform(visit: Visit, policy: HeaderLine, remaining: HeaderLine): void {
  const { response } = visit;
  if (response.get(FIELD) === null) response.setLines(FIELDS, [policy, remaining]);
  else {
    response.addLine(policy);
    response.addLine(remaining);
  }
}

/** `wait`: milliseconds until a request is let through again. */
export function refusal(visit: Visit, entry: RateLimit, limiter: Limiter, wait: number): DirectResponse {
  const { contentType, status } = entry.response;
  const retryAfter = seconds(wait);
  if (isGrpc(visit.head)) {
    const { headers, ...rest } = grpcError({ status, reason: TOO_MANY, retryable: false });
    return { ...rest, headers: [...headers, ['retry-after', String(retryAfter)]] };
  }
  return {
    status,
    headers: [
      ['Content-Type', contentType],
      ['Retry-After', String(retryAfter)],
    ],
    body: limiter.body.with(retryAfter),
  };
}

/** To a request that must say whom it is from, and does not. */
export function unidentified(visit: Visit, limiter: Limiter): DirectResponse {
  const { key } = limiter.limit;
  if (isGrpc(visit.head)) return grpcError({ status: 401, reason: UNIDENTIFIED, retryable: false });
  const { headers, ...rest } = errorBody(401);
  const challenge = key.kind === 'header' ? `ApiKey header="${key.name}"` : 'Bearer';
  return { ...rest, headers: [...headers, ['WWW-Authenticate', challenge]] };
}
