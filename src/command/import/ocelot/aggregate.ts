/** Ocelot's aggregates: routes that are asked together, with what the path of the aggregate captures. */
import type { Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { PolicyDrafts } from '../core/policies.ts';
import { literalHead, parseTemplate, type Template, withPlaceholders } from './template.ts';

/** What a route's key stands for: its HTTPRoute, and what the route is asked for. */
export type Part = { readonly route: string; readonly asked: Template };

export function importAggregate(aggregate: Node, byKey: ReadonlyMap<string, Part>, manifests: Manifests): void {
  const path = aggregate.textOf('UpstreamPathTemplate') ?? '/';
  const from = parseTemplate(path.replace(/\?.*$/, ''));
  const parts = partsOf(aggregate, from, byKey);
  aggregate.get('RouteKeysConfig')?.unsupported('write forEach for the part');
  aggregate.get('Aggregator')?.unsupported('code is not imported: the answer has one field for each part');
  aggregate.get('Priority')?.unsupported('write an HTTPMatchPolicy for the route');
  if (parts.length === 0) {
    aggregate.unsupported('it has no parts');
    return;
  }
  const name = manifests.nameFor('Aggregate', `aggregate-${path}`);
  manifests.add('Aggregate', name, { parts });
  addAggregateRoute(aggregate, from, name, manifests);
}

function partsOf(aggregate: Node, from: Template, byKey: ReadonlyMap<string, Part>): object[] {
  const keys = aggregate.get('RouteKeys') ?? aggregate.get('ReRouteKeys');
  return (keys?.items() ?? []).flatMap((key) => {
    const part = byKey.get(key.text);
    if (part === undefined) {
      key.unsupported('no route has this key');
      return [];
    }
    const { asked, route } = part;
    const missing = asked.placeholders.filter((one) => !from.placeholders.includes(one));
    if (missing.length > 0) {
      key.unsupported(`the path of the aggregate has no {${missing.join('}, {')}}`);
      return [];
    }
    key.translated('a part, with the filters and policies of its route');
    return [{ key: key.text, routeRef: { name: route }, path: pathOf(asked, from) }];
  });
}

/** What a part is asked for. Parameters that the aggregate's path has no value for come from the client's query. */
function pathOf({ path, query }: Template, from: Template): string {
  const known = query.filter(({ value }) => from.placeholders.some((name) => value === `{${name}}`));
  const text = known.map(({ name, value }) => `${name}=${value}`).join('&');
  return withPlaceholders(text === '' ? path : `${path}?${text}`);
}

function addAggregateRoute(aggregate: Node, from: Template, name: string, manifests: Manifests): void {
  const route = manifests.nameFor('HTTPRoute', name);
  const host = aggregate.get('UpstreamHost');
  host?.translated('hostnames');
  aggregate.get('UpstreamHttpMethod')?.translated('GET');
  aggregate.get('RouteIsCaseSensitive')?.different('paths are matched in the case they are written in');
  const policies = new PolicyDrafts();
  const template = aggregate.get('UpstreamPathTemplate');
  const hasPlaceholders = from.placeholders.length > 0;
  if (hasPlaceholders) policies.match.path = { template: withPlaceholders(from.path) };
  template?.translated(hasPlaceholders ? 'HTTPMatchPolicy path.template' : 'the path of its HTTPRoute');
  const path = hasPlaceholders
    ? { type: 'PathPrefix', value: literalHead(from.path) }
    : { type: 'Exact', value: from.path };
  const { gateway, namespace } = manifests;
  const elsewhere = gateway.namespace !== undefined && gateway.namespace !== namespace;
  manifests.add('HTTPRoute', route, {
    parentRefs: [{ name: gateway.name, ...(elsewhere ? { namespace: gateway.namespace } : {}) }],
    ...(host === null ? {} : { hostnames: [host.text.toLowerCase()] }),
    rules: [{ matches: [{ path, method: 'GET' }], backendRefs: [{ group: 'headgate.dev', kind: 'Aggregate', name }] }],
  });
  policies.addTo(manifests, route, [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name: route }]);
}
