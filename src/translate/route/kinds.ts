import { grpcRouteKind } from './grpc-route.ts';
import { httpRouteKind } from './http-route.ts';
import type { Route, RouteKind, RouteKindName } from './kind.ts';
import { tcpRouteKind, tlsRouteKind, udpRouteKind } from './stream-route.ts';

const KINDS: { readonly [K in RouteKindName]: RouteKind<Extract<Route, { kind: K }>> } = {
  HTTPRoute: httpRouteKind,
  GRPCRoute: grpcRouteKind,
  TLSRoute: tlsRouteKind,
  TCPRoute: tcpRouteKind,
  UDPRoute: udpRouteKind,
};

export const ROUTE_KINDS = Object.keys(KINDS) as readonly RouteKindName[];

export function kindOf<R extends Route>(route: R): RouteKind<R> {
  return KINDS[route.kind] as unknown as RouteKind<R>;
}
