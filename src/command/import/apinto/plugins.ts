/** Plugins of Apinto's routers. */
import { restrictAddresses } from '../core/addresses.ts';
import { type ClosableRoute, closeRoute, UNTIL_TAKEN_AWAY } from '../core/closed.ts';
import type { Node } from '../core/node.ts';
import type { PolicyDrafts } from '../core/policies.ts';

export type PluginTarget = ClosableRoute & { readonly policies: PolicyDrafts };

type PluginImporter = (config: Node, target: PluginTarget) => void;

const INTERVALS: Readonly<Record<string, string>> = { second: '1s', minute: '1m', hour: '1h', day: '24h' };

const ipRestriction: PluginImporter = (config, target) => {
  const isWhite = (config.textOf('ip_list_type') ?? 'white') === 'white';
  const list = config.get(isWhite ? 'ip_white_list' : 'ip_black_list');
  const addresses = list?.items() ?? [];
  restrictAddresses(isWhite ? { allow: addresses, deny: [] } : { allow: [], deny: addresses }, target);
  config.get('ip_list_type')?.translated('AccessPolicy ip');
  list?.translated(`AccessPolicy ip.${isWhite ? 'allow' : 'deny'}`);
  config.get(isWhite ? 'ip_black_list' : 'ip_white_list')?.translated('the other list holds');
};

const rateLimiting: PluginImporter = (config, { policies }) => {
  for (const [field, interval] of Object.entries(INTERVALS)) {
    const limit = config.get(field);
    if (limit === null) continue;
    limit.translated(`RateLimitPolicy, ${interval}`);
    if (limit.number > 0) {
      policies.limits.push({ name: `per-${field}`, requests: limit.number, interval, key: { type: 'Target' } });
    }
  }
  const hidden = config.get('hide_client_header');
  if (hidden?.isTrue === true) policies.limiting.response = { headers: 'Disabled' };
  hidden?.translated('response.headers');
  config.get('response_type')?.different('response.body is a text');
};

const cors: PluginImporter = (config, { filters }) => {
  const list = (field: string): string[] =>
    config
      .list(field)
      .flatMap(({ text }) => text.split(',').map((part) => part.trim()))
      .filter((part) => part !== '');
  const named = list('allow_origins').map((origin) => (origin === '**' ? '*' : origin));
  const origins = named.includes('*') ? ['*'] : named;
  const age = config.get('max_age');
  filters.push({
    type: 'CORS',
    cors: {
      allowOrigins: origins.length === 0 ? ['*'] : origins,
      allowMethods:
        list('allow_methods').length === 0 ? ['*'] : list('allow_methods').map((one) => (one === '**' ? '*' : one)),
      ...(list('allow_headers').length === 0
        ? {}
        : { allowHeaders: list('allow_headers').map((one) => (one === '**' ? '*' : one)) }),
      ...(list('expose_headers').length === 0
        ? {}
        : { exposeHeaders: list('expose_headers').map((one) => (one === '**' ? '*' : one)) }),
      ...(config.get('allow_credentials')?.isTrue === true ? { allowCredentials: true } : {}),
      ...(age === null ? {} : { maxAge: Math.max(1, age.number) }),
    },
  });
  for (const { node } of config.fields()) node.translated('the filter CORS');
};

const IMPORTERS: Readonly<Record<string, PluginImporter>> = {
  ip_restriction: ipRestriction,
  rate_limiting: rateLimiting,
  cors,
};

/** Plugins that let in whoever would be let in without them. Any other that nothing is like may protect a route. */
const HARMLESS: ReadonlySet<string> = new Set([
  'access_log',
  'auto_redirect',
  'circuit_breaker',
  'data_transform',
  'dubbo2-proxy-rewrite',
  'extra_params',
  'extra_params_v2',
  'grpc_to_http',
  'gzip',
  'http_mocking',
  'http_to_dubbo2',
  'http_to_grpc',
  'js_inject',
  'monitor',
  'params_transformer',
  'prometheus',
  'proxy_mirror',
  'proxy_rewrite',
  'proxy_rewrite_v2',
  'response_file_parse',
  'response_filter',
  'response_rewrite',
  'response_rewrite_v2',
]);

/** The plugin's kind: `ip_restriction` of `ip_restriction@plugin`. */
function kindOf(name: string): string {
  return name.replace(/@.*$/, '');
}

/** Whether nothing that protects a route is among `{ name: … }`. */
export function areHarmless(plugins: Node | null): boolean {
  return (plugins?.fields() ?? []).every(({ name, node }) => {
    return node.get('disable')?.isTrue === true || HARMLESS.has(kindOf(name));
  });
}

/** `{ name: { disable, config } }` */
export function applyPlugins(plugins: Node | null, target: PluginTarget): void {
  for (const { name, node } of plugins?.fields() ?? []) {
    if (node.get('disable')?.isTrue === true) {
      node.translated('nothing is made of a plugin that is off');
      continue;
    }
    node.get('disable')?.translated('on');
    const importer = IMPORTERS[kindOf(name)];
    if (importer !== undefined) importer(node.get('config') ?? node, target);
    else if (HARMLESS.has(kindOf(name))) node.unsupported(`there is nothing like the plugin ${name}`);
    else {
      closeRoute(target);
      node.unsupported(`there is nothing like the plugin ${name}, and it may protect: ${UNTIL_TAKEN_AWAY}`);
    }
  }
}
