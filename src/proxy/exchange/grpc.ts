import type { DirectResponse } from '../filter/plan.ts';
import { isGrpcType } from '../h2/request-list.ts';
import type { RequestHead } from '../http1/request-head.ts';
import { ERRORS, type ProxyError } from './error.ts';
import { REASONS } from './response-writer.ts';

/** Codes of gRPC (its `statuscodes` document) that the proxy gives. */
const UNKNOWN = 2;
const DEADLINE_EXCEEDED = 4;
const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** Milliseconds of the units of `grpc-timeout`. */
const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

/** Whether the request is native gRPC, whichever rule takes it: its client understands a `grpc-status` and nothing else. */
export function isGrpc(head: RequestHead): boolean {
  return head.method === 'POST' && isGrpcType(head.header('content-type'));
}

/**
 * The answer to a gRPC request that fails at the proxy: a response that has trailers only. Statuses become codes as gRPC's
 * `http-grpc-status-mapping` has it; timeouts are the deadline's, and a backend that is not there may be there later.
 */
export function grpcError(error: ProxyError, contentType = 'application/grpc'): DirectResponse {
  return { status: 200, headers: [['content-type', contentType], ...grpcStatus(error)], body: '' };
}

/** The fields that say so. */
export function grpcStatus(error: ProxyError): readonly (readonly [name: string, value: string])[] {
  const message = `${error.status} ${REASONS[error.status] ?? ''}`.trim();
  return [
    ['grpc-status', String(codeOf(error))],
    ['grpc-message', message],
  ];
}

function codeOf(error: ProxyError): number {
  if (error === ERRORS.requestTimeout || error === ERRORS.backendTimeout) return DEADLINE_EXCEEDED;
  if (error === ERRORS.internal) return INTERNAL;
  switch (error.status) {
    case 400:
      return INTERNAL;
    case 401:
      return UNAUTHENTICATED;
    case 403:
      return PERMISSION_DENIED;
    case 404:
      return UNIMPLEMENTED;
    case 413:
    case 431:
      return RESOURCE_EXHAUSTED;
    case 429:
    // An invalid reference of a GRPCRoute (GRPCRouteRule.backendRefs).
    case 500:
    case 502:
    case 503:
    case 504:
      return UNAVAILABLE;
    default:
      return UNKNOWN;
  }
}

/** Milliseconds that the client of a gRPC request waits (`grpc-timeout`); 0 when it does not say, or not properly. */
function grpcTimeout(head: RequestHead): number {
  const match = /^(\d{1,8})([HMSmun])$/.exec(head.header('grpc-timeout') ?? '');
  return match === null ? 0 : Math.max(1, Number(match[1]) * UNITS[match[2]!]!);
}

/** Milliseconds that a gRPC request may take, of which both the rule (`allowed`) and the client have a say; 0 for no bound. */
export function grpcTime(head: RequestHead, allowed: number): number {
  const wanted = grpcTimeout(head);
  return wanted > 0 && (allowed === 0 || wanted < allowed) ? wanted : allowed;
}
