import { bytesOf } from '../../api/policy/value.ts';
import type { Cors, Filter } from '../../ir/filter.ts';
import { keyOf } from '../object.ts';
import type { RuleBody } from '../route/kind.ts';
import type { FilterType } from './type.ts';

export const grpcWebType: FilterType = {
  routes: ['HTTPRoute', 'GRPCRoute'],
  listeners: false,
  referents: () => [],
  convert: ({ metadata, spec }) => ({
    filters: [
      {
        kind: 'GRPCWeb',
        filter: keyOf(metadata),
        maxRequestBytes: Math.max(1, bytesOf(spec.grpcWeb!.maxRequestBytes)),
      },
    ],
    faults: [],
    secrets: {},
  }),
};

/** Where the status of a call stands that has no messages (gRPC over HTTP/2, Trailers-Only). */
const STATUS_FIELDS = ['grpc-status', 'grpc-message', 'grpc-status-details-bin'];

/**
 * The same rule, with the status of calls among the fields that its CORS filters let pages of other origins read: without
 * it a page would not learn of an error.
 */
export function withStatusExposed(body: RuleBody): RuleBody {
  const lists = [body.filters, ...body.backends.map(({ filters }) => filters)];
  if (!lists.some((filters) => filters.some(({ kind }) => kind === 'GRPCWeb'))) return body;
  return {
    ...body,
    filters: body.filters.map(exposing),
    backends: body.backends.map((backend) => ({ ...backend, filters: backend.filters.map(exposing) })),
  };
}

function exposing(filter: Filter): Filter {
  return filter.kind === 'CORS' ? exposingStatus(filter) : filter;
}

function exposingStatus(cors: Cors): Cors {
  const { allowCredentials, exposeHeaders } = cors;
  // With credentials `*` is no wildcard to browsers (Fetch, section 3.3.6).
  if (exposeHeaders.includes('*') && !allowCredentials) return cors;
  const known = new Set(exposeHeaders.map((name) => name.toLowerCase()));
  return { ...cors, exposeHeaders: [...exposeHeaders, ...STATUS_FIELDS.filter((name) => !known.has(name))] };
}
