/** Which kinds of route a listener can carry. */
import type { GatewayListener } from '../api/gateway/listener.ts';

export type RouteGroupKind = { readonly group: string; readonly kind: string };

const GROUP = 'gateway.networking.k8s.io';

/** By protocol, and for TLS by its mode. A protocol that is missing is not served. */
const KINDS_OF: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  'TLS Terminate': ['TLSRoute', 'TCPRoute'],
  'TLS Passthrough': ['TLSRoute'],
  TCP: ['TCPRoute'],
  UDP: ['UDPRoute'],
};

export const PROTOCOLS = 'HTTP, HTTPS, TLS, TCP and UDP';

/** The kinds that may attach, and what is wrong with those that the listener asks for. */
export function allowedKinds(spec: GatewayListener): {
  readonly supported: readonly RouteGroupKind[];
  readonly fault: string;
} {
  const carrier = spec.protocol === 'TLS' ? `TLS ${spec.tls?.mode ?? 'Terminate'}` : spec.protocol;
  const possible = Object.hasOwn(KINDS_OF, carrier) ? KINDS_OF[carrier]! : [];
  const { kinds = [] } = spec.allowedRoutes;
  // Nothing to say about the kinds of a protocol that is refused as a whole.
  if (kinds.length === 0 || possible.length === 0) {
    return { supported: possible.map((kind) => ({ group: GROUP, kind })), fault: '' };
  }
  const isPossible = ({ group, kind }: RouteGroupKind) => group === GROUP && possible.includes(kind);
  const wrong = kinds.filter((kind) => !isPossible(kind));
  const names = wrong.map(({ group, kind }) => (group === GROUP ? kind : `${group}/${kind}`)).join(', ');
  const what = spec.protocol === 'TLS' ? `protocol TLS and mode ${spec.tls?.mode}` : `protocol ${spec.protocol}`;
  return {
    supported: possible
      .filter((kind) => kinds.some((each) => each.group === GROUP && each.kind === kind))
      .map((kind) => ({ group: GROUP, kind })),
    fault: wrong.length === 0 ? '' : `allowedRoutes.kinds: a listener of ${what} cannot have ${names}`,
  };
}
