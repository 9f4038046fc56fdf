/** Routes of connections and datagrams: whoever connects gets a backend, and nothing in between is looked at. */
import type { StreamRouteRule } from '../../api/gateway/stream-route.ts';
import type { TCPRoute } from '../../api/gateway/tcp-route.ts';
import type { TLSRoute } from '../../api/gateway/tls-route.ts';
import type { UDPRoute } from '../../api/gateway/udp-route.ts';
import type { WeightedBackend } from '../../ir/table.ts';
import type { BackendCatalogue, BackendUse, Resolve } from './backend-ref.ts';
import type { ConvertedRule, RouteKind, StreamBody } from './kind.ts';
import { rememberedRule } from './remembered.ts';
import { RuleReport } from './report.ts';

type StreamRoute = TLSRoute | TCPRoute | UDPRoute;

export const tlsRouteKind: RouteKind<TLSRoute> = {
  collection: 'streams',
  hostnames: ({ spec }) => spec.hostnames ?? [],
  convert: (route, backends, ours) => convertRules(route, backends, ours),
};

export const tcpRouteKind: RouteKind<TCPRoute> = {
  collection: 'streams',
  hostnames: () => [],
  convert: (route, backends, ours) => convertRules(route, backends, ours),
};

export const udpRouteKind: RouteKind<UDPRoute> = {
  collection: 'streams',
  hostnames: () => [],
  convert: (route, backends) => convertRules(route, backends, false),
};

function convertRules(
  { kind, metadata: { namespace }, spec: { rules } }: StreamRoute,
  backends: BackendCatalogue,
  ours: boolean,
): ConvertedRule[] {
  const transport = kind === 'UDPRoute' ? 'UDP' : 'TCP';
  const use: BackendUse = { kind, namespace, transport, speaks: 'bytes', ours };
  return rules.map((rule) => rememberedRule(rule, use, backends, (resolve) => convert(rule, resolve)));
}

function convert(rule: StreamRouteRule, resolve: Resolve): { body: StreamBody; report: RuleReport } {
  const report = new RuleReport();
  const backends = rule.backendRefs.map((ref, index): WeightedBackend => {
    const { weight } = ref;
    const resolution = resolve(ref);
    if (resolution.ok) {
      const { failure, key } = resolution;
      return { backend: failure === null ? key : null, weight, filters: [], failure };
    }
    const { reason, message } = resolution;
    report.unresolved.push({ reason, message: `backendRefs[${index}]: ${message}` });
    return { backend: null, weight, filters: [], failure: { status: 500, reason } };
  });
  return { body: { backends, name: rule.name ?? '' }, report };
}
