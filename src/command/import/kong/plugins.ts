/** Which plugins hold for a route, and what they become. */
import { closeRoute, UNTIL_TAKEN_AWAY } from '../core/closed.ts';
import type { BackendRef, Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import type { PolicyDrafts } from '../core/policies.ts';
import type { HeaderMatch } from '../core/routes.ts';
import type { Consumers } from './consumers.ts';
import { AUTHENTICATION_PLUGINS } from './plugin/authentication.ts';
import { TELEMETRY_PLUGINS } from './plugin/telemetry.ts';
import { TRAFFIC_PLUGINS } from './plugin/traffic.ts';
import { TRANSFORMING_PLUGINS } from './plugin/transforming.ts';
import type { KongService, Services } from './service.ts';

export type PluginTarget = {
  readonly manifests: Manifests;
  /** Of the route. */
  readonly name: string;
  /** Of the route's rules. */
  readonly filters: object[];
  readonly policies: PolicyDrafts;
  readonly services: Services;
  readonly service: KongService | null;
};

export type PluginEffect = {
  /** Whether requests are answered without a backend. */
  isAnswered: boolean;
  /** Other backends for requests with these headers, in their order. */
  readonly byHeader: { readonly header: readonly HeaderMatch[]; readonly backends: readonly BackendRef[] }[];
};

export type PluginContext = PluginTarget & { readonly effect: PluginEffect; readonly consumers: Consumers };

/** What one plugin becomes; `config` may be without any field. */
export type PluginImporter = (plugin: Node, config: Node, context: PluginContext) => void;

const IMPORTERS: Readonly<Record<string, PluginImporter>> = {
  ...AUTHENTICATION_PLUGINS,
  ...TELEMETRY_PLUGINS,
  ...TRAFFIC_PLUGINS,
  ...TRANSFORMING_PLUGINS,
};

/** Kong's plugins that let in whoever would be let in without them. Any other that nothing is like may protect a route. */
const HARMLESS: ReadonlySet<string> = new Set([
  'acme',
  'aws-lambda',
  'azure-functions',
  'canary',
  'datadog',
  'degraphql',
  'exit-transformer',
  'forward-proxy',
  'graphql-proxy-cache-advanced',
  'graphql-rate-limiting-advanced',
  'grpc-gateway',
  'grpc-web',
  'jq',
  'kafka-log',
  'kafka-upstream',
  'loggly',
  'mocking',
  'proxy-cache-advanced',
  'rate-limiting-advanced',
  'response-ratelimiting',
  'route-transformer-advanced',
  'statsd',
  'statsd-advanced',
  'syslog',
  'tcp-log',
  'tls-metadata-headers',
  'udp-log',
  'upstream-timeout',
  'zipkin',
]);

export class Plugins {
  readonly #root: Node;
  readonly #consumers: Consumers;

  constructor(root: Node, consumers: Consumers) {
    this.#root = root;
    this.#consumers = consumers;
  }

  /** Of several plugins of a name, the route's goes before the service's, and that before the global one. */
  apply(route: Node, service: Node | null, target: PluginTarget): PluginEffect {
    const effect: PluginEffect = { isAnswered: false, byHeader: [] };
    const context = { ...target, effect, consumers: this.#consumers };
    const chosen = new Map<string, Node>();
    for (const plugin of this.#candidates(route, service)) {
      const name = plugin.get('name');
      if (name === null || plugin.get('enabled')?.value === false) {
        plugin.translated('nothing is made of a plugin that is off');
        continue;
      }
      if (plugin.get('consumer') !== null) plugin.unsupported('policies of single consumers are not offered');
      else chosen.set(name.text, plugin);
    }
    for (const [name, plugin] of chosen) {
      this.#judgeHead(plugin);
      const importer = IMPORTERS[name];
      if (importer !== undefined) importer(plugin, plugin.get('config') ?? plugin, context);
      else if (HARMLESS.has(name)) plugin.unsupported(`there is nothing like the plugin ${name}`);
      else {
        closeRoute(context);
        plugin.unsupported(`there is nothing like the plugin ${name}, and it may protect: ${UNTIL_TAKEN_AWAY}`);
      }
    }
    return effect;
  }

  /** From the least to the most specific. */
  *#candidates(route: Node, service: Node | null): Generator<Node> {
    const top = this.#root.list('plugins');
    yield* top.filter((plugin) => plugin.get('route') === null && plugin.get('service') === null);
    if (service !== null) {
      yield* top.filter((plugin) => plugin.get('route') === null && refersTo(plugin.get('service'), service));
      yield* service.list('plugins');
    }
    yield* top.filter((plugin) => refersTo(plugin.get('route'), route));
    yield* route.list('plugins');
  }

  #judgeHead(plugin: Node): void {
    for (const field of ['name', 'enabled', 'id', 'instance_name']) plugin.get(field)?.translated('the plugin');
    for (const field of ['route', 'service']) plugin.get(field)?.translated('where it holds');
    plugin.get('tags')?.different('not kept');
    plugin.get('protocols')?.different('it holds for the route, whatever the protocol');
    plugin.get('ordering')?.unsupported('the order of policies is fixed');
  }
}

function refersTo(reference: Node | null, object: Node): boolean {
  if (reference === null) return false;
  const name = (reference.get('name') ?? reference.get('id') ?? reference).text;
  return name !== '' && (name === object.textOf('name') || name === object.textOf('id'));
}
