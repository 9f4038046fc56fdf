/** A configuration of Ocelot (`ocelot.json`, versions 13 to 24): its "upstream" is the client's side, its "downstream" the backend's. */
import { dnsName, type Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { gatewayFor, type ImportOptions } from '../core/result.ts';
import { importAggregate, type Part } from './aggregate.ts';
import { importRoute } from './route.ts';
import { parseTemplate } from './template.ts';

export function importOcelot(root: Node, manifests: Manifests, options: ImportOptions): void {
  gatewayFor(manifests, options, []);
  const global = root.get('GlobalConfiguration');
  const routes = [...root.list('Routes'), ...root.list('ReRoutes')];
  const byKey = new Map<string, Part>();
  for (const [index, route] of routes.entries()) {
    const key = route.textOf('Key');
    const name = dnsName(key ?? nameOf(route, index));
    const targets = importRoute(route, { manifests, options, global, name });
    const template = route.textOf('UpstreamPathTemplate');
    if (key === null || template === null || targets[0] === undefined) continue;
    byKey.set(key, { route: targets[0].name, asked: parseTemplate(template) });
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
