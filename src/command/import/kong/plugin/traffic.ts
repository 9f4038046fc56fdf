import type { Node } from '../../core/node.ts';
import { ownFilter } from '../../core/policies.ts';
import type { HeaderMatch } from '../../core/routes.ts';
import type { PluginImporter } from '../plugins.ts';

const INTERVALS: Readonly<Record<string, string>> = {
  second: '1s',
  minute: '1m',
  hour: '1h',
  day: '24h',
  month: '720h',
};

const rateLimiting: PluginImporter = (plugin, config, { policies }) => {
  const by = config.get('limit_by');
  const key = keyOf(by?.text ?? 'consumer', config);
  if (key === null) {
    by!.unsupported('counting by this is not offered');
    return;
  }
  for (const [field, interval] of Object.entries(INTERVALS)) {
    const limit = config.get(field);
    if (limit === null) continue;
    policies.limits.push({ name: `per-${field}`, requests: limit.number, interval, key });
    if (field === 'month') limit.different('a month is 720h');
    else limit.translated(`RateLimitPolicy, ${interval}`);
  }
  if (config.get('year') !== null) config.get('year')!.unsupported('an interval is a month at most');
  if (policies.limits.length === 0) {
    plugin.unsupported('it has no limit');
    return;
  }
  by?.translated(`key ${key.type}`);
  config.get('header_name')?.translated('key.header');
  const [status, message, hidden] = ['error_code', 'error_message', 'hide_client_headers'].map((name) =>
    config.get(name),
  );
  const response = {
    ...(status == null ? {} : { statusCode: status.number }),
    ...(message == null ? {} : { body: message.text }),
    ...(hidden?.isTrue === true ? { headers: 'Disabled' } : {}),
  };
  if (Object.keys(response).length > 0) policies.limiting.response = response;
  for (const node of [status, message, hidden]) node?.translated('RateLimitPolicy response');
  judgeStore(config);
};

function judgeStore(config: Node): void {
  const policy = config.get('policy');
  if (policy?.text === 'local' || policy === null) policy?.translated('enforcement Local');
  else policy.different('enforcement Local, in each proxy pod: set Global, and for exact counts the Redis');
  for (const { name, node } of config.fields()) {
    if (name.startsWith('redis')) node.different('set RateLimitPolicy redis with a Service');
  }
  config.get('fault_tolerant')?.translated('while a Redis is away, each pod counts by itself');
  config.get('sync_rate')?.different('there is nothing to synchronise');
}

function keyOf(by: string, config: Node): { type: string; header?: object } | null {
  if (by === 'consumer' || by === 'credential') return { type: 'Consumer' };
  if (by === 'ip') return { type: 'SourceIP' };
  if (by === 'service') return { type: 'Target' };
  const header = config.textOf('header_name');
  return by === 'header' && header !== null ? { type: 'Header', header: { name: header } } : null;
}

const proxyCache: PluginImporter = (_, config, { policies }) => {
  const ttl = config.get('cache_ttl');
  const codes = config.list('response_code').map(({ number }) => number);
  const methods = config.list('request_method').map(({ text }) => text.toUpperCase());
  const kept = methods.filter((method) => method === 'GET' || method === 'HEAD');
  const headers = config.list('vary_headers').map(({ text }) => text);
  const control = config.get('cache_control')?.isTrue === true;
  Object.assign(policies.cache, {
    ttl: `${ttl?.number ?? 300}s`,
    ...(control ? {} : { ttlMode: 'Override' }),
    ...(codes.length === 0 ? {} : { statusCodes: codes.filter((code) => code !== 206 && code !== 304) }),
    ...(kept.length === 0 ? {} : { methods: kept }),
    ...(headers.length === 0 ? {} : { key: { headers } }),
  });
  ttl?.translated('CachePolicy ttl');
  config.get('cache_control')?.translated('CachePolicy ttlMode');
  config.get('response_code')?.translated('CachePolicy statusCodes');
  const requested = config.get('request_method');
  if (kept.length === methods.length) requested?.translated('CachePolicy methods');
  else requested?.different('a POST is cached by the hash of its body only: CachePolicy key.body');
  config.get('vary_headers')?.translated('CachePolicy key.headers');
  config.get('vary_query_params')?.unsupported('the whole query tells entries apart');
  config.get('content_type')?.different('responses are cached whatever their type');
  config.get('strategy')?.different('in the memory of each proxy');
  config.get('memory')?.translated('in the memory of each proxy');
  config.get('storage_ttl')?.different('entries go when there is no room for them');
  config.get('ignore_uri_case')?.unsupported('paths of another case are other paths');
};

const termination: PluginImporter = (_, config, { effect, filters, manifests, name }) => {
  const [status, body, message, type] = ['status_code', 'body', 'message', 'content_type'].map((one) =>
    config.get(one),
  );
  const text = body?.text ?? (message == null ? undefined : JSON.stringify({ message: message.text }));
  const contentType = type?.text ?? (body == null && message != null ? 'application/json' : undefined);
  const directResponse = {
    statusCode: status?.number ?? 503,
    ...(contentType === undefined ? {} : { contentType }),
    ...(text === undefined ? {} : { body: text }),
  };
  filters.push(ownFilter(manifests, name, { type: 'DirectResponse', directResponse }));
  effect.isAnswered = true;
  for (const node of [status, body, message, type]) node?.translated('HTTPRouteFilter directResponse');
  config.get('echo')?.unsupported('requests are not echoed');
  config.get('trigger')?.unsupported('every request is answered');
};

const byHeader: PluginImporter = (_, config, { effect, services }) => {
  for (const rule of config.list('rules')) {
    const upstream = rule.get('upstream_name');
    const backends = upstream === null ? null : services.upstream(upstream.text);
    if (backends === null) {
      (upstream ?? rule).unsupported('there is no such upstream');
      continue;
    }
    const header = (rule.get('condition')?.fields() ?? []).map(({ name, node }): HeaderMatch => {
      node.translated('a header match');
      return { name, value: node.text };
    });
    upstream!.translated('the backend of a route with these headers');
    effect.byHeader.push({ header, backends });
  }
};

const sizeLimiting: PluginImporter = (plugin) =>
  plugin.unsupported('one bound for all routes: GatewayParameters http.maxRequestBytes');

export const TRAFFIC_PLUGINS: Readonly<Record<string, PluginImporter>> = {
  'rate-limiting': rateLimiting,
  'proxy-cache': proxyCache,
  'request-termination': termination,
  'route-by-header': byHeader,
  'request-size-limiting': sizeLimiting,
};
