import { backendsFor } from '../../core/backends.ts';
import type { Node } from '../../core/node.ts';
import type { PluginContext, PluginImporter } from '../plugins.ts';

/** A Service for the host of a URL, and the path. */
function sinkOf(url: Node, name: string, { manifests }: PluginContext): { backendRef: object; path: string } | null {
  const match = /^(https?):\/\/([^/:]+|\[[^\]]+\])(?::(\d+))?(\/.*)?$/i.exec(url.text);
  if (match === null) {
    url.unsupported('not a URL of HTTP');
    return null;
  }
  const tls = match[1]!.toLowerCase() === 'https';
  const port = Number(match[3] ?? (tls ? 443 : 80));
  const [backendRef] = manifests.once(url.field, () =>
    backendsFor(manifests, [{ host: match[2]!, port, node: url }], { name, tls }),
  );
  return { backendRef: backendRef!, path: match[4] ?? '/' };
}

const httpLog: PluginImporter = (plugin, config, context) => {
  const url = config.get('http_endpoint');
  const sink = url === null ? null : sinkOf(url, 'http-log', context);
  if (sink === null) {
    plugin.unsupported('it has no http_endpoint');
    return;
  }
  context.policies.telemetry.requestReport = sink;
  config.get('http_endpoint')!.different('TelemetryPolicy requestReport, whose JSON is of another shape');
  config.get('timeout')?.different('requestReport.timeout is 5s');
  for (const { name, node } of config.fields()) {
    if (name !== 'http_endpoint' && name !== 'timeout')
      node.unsupported('reports are posted one by one, and not again');
  }
};

const openTelemetry: PluginImporter = (plugin, config, context) => {
  const url = config.get('traces_endpoint') ?? config.get('endpoint');
  const sink = url === null ? null : sinkOf(url, 'otel', context);
  if (sink === null) {
    plugin.unsupported('it has no endpoint');
    return;
  }
  const headers = (config.get('headers')?.fields() ?? []).map(({ name, node }) => {
    node.translated('provider.headers');
    return { name, value: node.text };
  });
  const rate = config.get('sampling_rate');
  const service = config.get('resource_attributes')?.get('service.name') ?? null;
  context.policies.telemetry.tracing = {
    provider: { ...sink, ...(headers.length === 0 ? {} : { headers }) },
    ...(rate === null ? {} : { samplingRate: { numerator: Math.round(rate.number * 10_000), denominator: 10_000 } }),
    ...(service === null ? {} : { serviceName: service.text.replace(/[^a-zA-Z0-9_.:/-]+/g, '-') }),
  };
  url!.translated('TelemetryPolicy tracing.provider');
  rate?.translated('tracing.samplingRate');
  service?.translated('tracing.serviceName');
  config.get('header_type')?.different('W3C Trace Context');
  for (const field of [
    'queue',
    'connect_timeout',
    'send_timeout',
    'read_timeout',
    'batch_span_count',
    'batch_flush_delay',
  ]) {
    config.get(field)?.different('batches have their own bounds');
  }
};

const always =
  (what: string): PluginImporter =>
  (plugin) =>
    plugin.translated(what);

const fileLog: PluginImporter = (_, config, { policies }) => {
  policies.telemetry.accessLog = { mode: 'Enabled' };
  config.get('path')?.different('the access log goes to standard output');
  config.get('reopen')?.different('the access log goes to standard output');
};

export const TELEMETRY_PLUGINS: Readonly<Record<string, PluginImporter>> = {
  'http-log': httpLog,
  opentelemetry: openTelemetry,
  'file-log': fileLog,
  prometheus: always('every route has its metrics, on /metrics'),
  'correlation-id': always('every request has an X-Request-Id'),
};
