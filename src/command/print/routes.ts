/** The rules and streams of a routing table for people: where, what is matched, what happens. */
import type { Filter } from '../../ir/filter.ts';
import type { Match } from '../../ir/match.ts';
import type { RoutingTable, Rule, Stream, WeightedBackend } from '../../ir/table.ts';
import { table } from './table.ts';

export function routesTable(routing: RoutingTable): string {
  const rules = Object.entries(routing.rules).map(([key, rule]) =>
    row(key, rule, rule.matches.map(matchText).join(' or '), actionText(rule)),
  );
  const streams = Object.entries(routing.streams).map(([key, stream]) =>
    row(
      key,
      stream,
      key.startsWith('udproute/') ? 'datagrams' : 'connections',
      sharesText(stream.backends, 'no backend'),
    ),
  );
  return table(['ROUTE', 'LISTENERS', 'HOSTS', 'MATCH', 'ACTION'], [...rules, ...streams]);
}

function row(key: string, { name, attachments }: Rule | Stream, match: string, action: string): string[] {
  return [
    key.replace(/^httproute\//, '').replace(/\/rule\/(\d+)$/, (_, index) => `, ${name || `rule ${index}`}`),
    unique(attachments.map(({ listener }) => listener.slice(listener.lastIndexOf('/') + 1))),
    unique(attachments.map(({ hostname }) => hostname || '*')),
    match,
    action,
  ];
}

function unique(values: readonly string[]): string {
  return [...new Set(values)].join(', ');
}

const PATH_SIGN = { exact: '=', prefix: '', regex: '~' } as const;

function matchText({ path, method, headers, query }: Match): string {
  const parts = [
    `${PATH_SIGN[path.kind]}${path.value || '/'}${path.kind === 'prefix' && path.value !== '' ? '/...' : ''}`,
  ];
  if (method !== '') parts.unshift(method);
  for (const { name, kind, value } of headers) parts.push(`${name}:${kind === 'regex' ? '~' : ' '}${value}`);
  for (const { name, kind, value } of query) parts.push(`?${name}${kind === 'regex' ? '~' : '='}${value}`);
  return parts.join(' ');
}

function actionText({ filters, backends, timeouts, retry }: Rule): string {
  const parts = filters.map(filterText);
  if (!filters.some(({ kind }) => kind === 'RequestRedirect')) {
    parts.push(sharesText(backends, '500, no backend'));
  }
  if (timeouts.request > 0) parts.push(`within ${timeouts.request} ms`);
  if (retry !== null && retry.attempts > 0) parts.push(`${retry.attempts} retries`);
  return parts.join(', ');
}

function sharesText(backends: readonly WeightedBackend[], none: string): string {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0);
  const shares = backends.map(({ backend, weight, failure }) => {
    const name = failure === null ? (backend ?? '').replace(/^service\//, '') : `${failure.status} ${failure.reason}`;
    return total === weight ? name : `${name} ${Math.round((weight / total) * 1_000) / 10}%`;
  });
  return total === 0 ? none : shares.join(' + ');
}

function filterText(filter: Filter): string {
  switch (filter.kind) {
    case 'Aggregate':
      return `aggregate ${filter.parts.map(({ key }) => key).join(', ')}`;
    case 'GRPCTranscode':
      return `JSON to gRPC ${filter.filter}`;
    case 'GRPCWeb':
      return `gRPC-Web to gRPC ${filter.filter}`;
    case 'SOAP':
      return `JSON to SOAP ${filter.filter}`;
    case 'RequestRedirect':
      return `redirect ${filter.statusCode} to ${filter.scheme ?? 'same scheme'} ${filter.hostname ?? ''}`.trimEnd();
    case 'URLRewrite':
      return `rewrite to ${[filter.hostname, filter.path?.value].filter((part) => part !== undefined && part !== null).join('')}`;
    case 'RequestMirror':
      return `mirror to ${filter.backend?.replace(/^service\//, '') ?? 'nobody'}`;
    case 'RequestHeaderModifier':
      return 'request headers';
    case 'ResponseHeaderModifier':
      return 'response headers';
    case 'CORS':
      return 'CORS';
    case 'ExternalAuth':
      return `ask ${filter.backend.replace(/^service\//, '')}`;
    case 'Compression':
      return `compress ${filter.filter}`;
    case 'DirectResponse':
      return `answer ${filter.status}`;
    case 'Transform':
      return `transform ${filter.filter}`;
  }
}
