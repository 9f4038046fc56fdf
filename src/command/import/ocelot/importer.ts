/** A configuration of Ocelot (`ocelot.json`, versions 13 to 24): its "upstream" is the client's side, its "downstream" the backend's. */
import { dnsName, type Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { gatewayFor, type ImportOptions } from '../core/result.ts';
import type { TargetRef } from '../core/routes.ts';
import { importRoute } from './route.ts';

export function importOcelot(root: Node, manifests: Manifests, options: ImportOptions): void {
  gatewayFor(manifests, options, []);
  const global = root.get('GlobalConfiguration');
  const routes = [...root.list('Routes'), ...root.list('ReRoutes')];
  const byKey = new Map<string, TargetRef>();
  for (const [index, route] of routes.entries()) {
    const key = route.textOf('Key');
    const name = dnsName(key ?? nameOf(route, index));
    const targets = importRoute(route, { manifests, options, global, name });
    if (key !== null && targets[0] !== undefined) byKey.set(key, targets[0]);
  }
  for (const aggregate of root.list('Aggregates')) importAggregate(aggregate, byKey, manifests);
  root.get('DynamicRoutes')?.unsupported('routes that service discovery makes: write HTTPRoutes');
  if (global !== null) judgeGlobal(global);
}

function nameOf(route: Node, index: number): string {
  const template = route.textOf('UpstreamPathTemplate') ?? '';
  const words = template
    .replace(/\{[^{}]*\}|\?.*$/g, '')
    .split('/')
    .filter((word) => word !== '');
  return words.length === 0 ? `route-${index + 1}` : words.join('-');
}

function importAggregate(aggregate: Node, byKey: ReadonlyMap<string, TargetRef>, manifests: Manifests): void {
  const keys = aggregate.get('RouteKeys') ?? aggregate.get('ReRouteKeys');
  const path = aggregate.textOf('UpstreamPathTemplate') ?? '/';
  const name = manifests.nameFor('Aggregate', `aggregate-${path}`);
  const parts = (keys?.items() ?? []).flatMap((key) => {
    const route = byKey.get(key.text);
    if (route === undefined) key.unsupported('no route has this key');
    else key.translated('a part, with the filters and policies of its route');
    return route === undefined ? [] : [{ key: key.text, routeRef: { name: route.name } }];
  });
  aggregate.get('RouteKeysConfig')?.unsupported('write forEach for the part');
  aggregate.get('Aggregator')?.unsupported('code is not imported: the answer has one field for each part');
  aggregate.get('Priority')?.unsupported('write an HTTPMatchPolicy for the route');
  if (parts.length === 0) {
    aggregate.unsupported('it has no parts');
    return;
  }
  manifests.add('Aggregate', name, { parts });
  const route = manifests.nameFor('HTTPRoute', name);
  const host = aggregate.get('UpstreamHost');
  host?.translated('hostnames');
  aggregate.get('UpstreamPathTemplate')?.translated('the path of its HTTPRoute');
  aggregate.get('UpstreamHttpMethod')?.translated('GET');
  aggregate.get('RouteIsCaseSensitive')?.different('paths are matched in the case they are written in');
  const { gateway, namespace } = manifests;
  const elsewhere = gateway.namespace !== undefined && gateway.namespace !== namespace;
  manifests.add('HTTPRoute', route, {
    parentRefs: [{ name: gateway.name, ...(elsewhere ? { namespace: gateway.namespace } : {}) }],
    ...(host === null ? {} : { hostnames: [host.text.toLowerCase()] }),
    rules: [
      {
        matches: [{ path: { type: 'Exact', value: path.replace(/\?.*$/, '') }, method: 'GET' }],
        backendRefs: [{ group: 'headgate.dev', kind: 'Aggregate', name }],
      },
    ],
  });
}

function judgeGlobal(global: Node): void {
  global.get('BaseUrl')?.different('placeholders take the address that the client used');
  global.get('RequestIdKey')?.different('requests have an X-Request-Id');
  const discovery = global.get('ServiceDiscoveryProvider');
  if (discovery?.textOf('Type')?.toLowerCase().includes('kube') === true) {
    discovery.translated('names of services are Services of Kubernetes');
  } else discovery?.unsupported('routes with a ServiceName lead to Services of Kubernetes');
  global
    .get('HttpHandlerOptions')
    ?.different('connections to backends have their own bounds: GatewayParameters connections');
  global.get('DownstreamHttpVersion')?.different('the appProtocol of a Service says it');
}
