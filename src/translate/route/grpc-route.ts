import type { GRPCRoute } from '../../api/gateway/grpc-route.ts';
import { convertGRPCMatches } from './grpc-match.ts';
import type { RouteKind } from './kind.ts';
import { convertRule } from './rule.ts';

export const grpcRouteKind: RouteKind<GRPCRoute> = {
  collection: 'rules',
  hostnames: ({ spec }) => spec.hostnames ?? [],
  convert: ({ metadata, spec }, backends) =>
    (spec.rules ?? []).map((rule, index) =>
      convertRule(rule, backends, {
        kind: 'GRPCRoute',
        metadata,
        index,
        protocol: 'grpc',
        matches: convertGRPCMatches,
        timeouts: { request: 0, backendRequest: 0 },
        retry: null,
      }),
    ),
};
