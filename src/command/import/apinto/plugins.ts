/** Plugins of Apinto's routers. */
import type { Node } from '../core/node.ts';
import type { PolicyDrafts } from '../core/policies.ts';

export type PluginTarget = { readonly filters: object[]; readonly policies: PolicyDrafts };

type PluginImporter = (config: Node, target: PluginTarget) => void;

const INTERVALS: Readonly<Record<string, string>> = { second: '1s', minute: '1m', hour: '1h', day: '24h' };

const ipRestriction: PluginImporter = (config, { policies }) => {
  const isWhite = (config.textOf('ip_list_type') ?? 'white') === 'white';
  const list = config.get(isWhite ? 'ip_white_list' : 'ip_black_list');
  const addresses = (list?.items() ?? []).map(({ text }) => text);
  if (addresses.length > 0) policies.access.ip = isWhite ? { allow: addresses } : { deny: addresses };
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
  const origins = list('allow_origins').map((origin) => (origin === '**' ? '*' : origin));
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

/** `{ name: { disable, config } }` */
export function applyPlugins(plugins: Node | null, target: PluginTarget): void {
  for (const { name, node } of plugins?.fields() ?? []) {
    if (node.get('disable')?.isTrue === true) {
      node.translated('nothing is made of a plugin that is off');
      continue;
    }
    node.get('disable')?.translated('on');
    const importer = IMPORTERS[name.replace(/@.*$/, '')];
    if (importer === undefined) node.unsupported(`there is nothing like the plugin ${name}`);
    else importer(node.get('config') ?? node, target);
  }
}
