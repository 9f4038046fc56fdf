import type { BackendRef, Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { PolicyDrafts } from '../core/policies.ts';
import { addRoute, combine, type HeaderMatch, type Match, type RouteDraft } from '../core/routes.ts';
import { matchesOfExpression } from './expression.ts';
import type { Plugins } from './plugins.ts';
import { rewritten } from './rewrite.ts';
import type { Services } from './service.ts';

export type RouteContext = {
  readonly manifests: Manifests;
  readonly services: Services;
  readonly plugins: Plugins;
  readonly certificates: readonly string[];
  readonly number: number;
};

type Path = NonNullable<Match['path']>;

const NO_PATHS: readonly Path[] = [];

/** One route of Kong's, and what is said of its service. */
export function importRoute(route: Node, serviceNode: Node | null, context: RouteContext): void {
  const { certificates, manifests, number, plugins, services } = context;
  const service = serviceNode === null ? null : services.of(serviceNode);
  const name = route.textOf('name') ?? `${service?.name ?? 'route'}-${number}`;
  route.get('name')?.translated('HTTPRoute of this name');
  route.get('id')?.translated('not needed');
  if (serviceNode !== null && service === null) {
    route.unsupported('its service is not reached by HTTP, or is off');
    return;
  }
  if (!isOfHTTP(route)) return;
  const hostnames = hostnamesOf(route);
  if (hostnames.length === 0 && route.list('hosts').length > 0) {
    route.unsupported('none of its hosts can be matched, so no HTTPRoute is made: it would be for all of them');
    return;
  }
  const paths = pathsOf(route);
  const expression = route.get('expression');
  const matches = expression === null ? matchesOf(route, paths) : matchesOfExpression(expression);
  if (matches === null) return;
  const policies = new PolicyDrafts();
  const filters: object[] = [];
  const rules = rewritten(route, service, matches, (path) => expression ?? route.list('paths')[paths.indexOf(path)]!);
  judgeRest(route, policies, paths);
  const effect = plugins.apply(route, serviceNode, { manifests, name, filters, policies, services, service });
  const draft: RouteDraft = {
    name,
    hostnames: hostnames.length > 0 ? hostnames : expression === null ? [] : (hostOf(expression) ?? []),
    rules: rules.map((rule) => ({ ...rule, filters: [...rule.filters, ...filters] })),
    backendRefs: effect.isAnswered ? [] : ((service?.backends ?? []) as BackendRef[]),
    timeout: null,
    retry: service?.retries == null || service.retries <= 0 ? null : { attempts: service.retries },
    annotations: tagsOf(route),
    sections: sectionsOf(route, certificates),
  };
  const targets = addRoute(manifests, draft);
  for (const { header, backends } of effect.byHeader) {
    const narrower = draft.rules.map((rule) => ({
      ...rule,
      matches: rule.matches.map((match) => withHeaders(match, header)),
    }));
    const byHeader = { ...draft, name: `${name}-by-header`, rules: narrower, backendRefs: backends };
    targets.push(...addRoute(manifests, byHeader));
  }
  policies.addTo(manifests, name, targets);
}

function withHeaders(match: Match, headers: readonly HeaderMatch[]): Match {
  return { ...match, headers: [...(match.headers ?? []), ...headers] };
}

function hostOf(expression: Node): string[] | null {
  const match = /http\.host\s*==\s*"([^"]+)"/.exec(expression.text);
  return match === null ? null : [match[1]!.toLowerCase()];
}

function pathsOf(route: Node): readonly Path[] {
  if (route.get('paths') === null) return NO_PATHS;
  return route.list('paths').map((path): Path => {
    const { text } = path;
    if (text.startsWith('~')) {
      path.translated('a regular expression (RE2) that the path begins with');
      return {
        type: 'RegularExpression',
        value: `${text.slice(1).replace(/^\^/, '')}${text.endsWith('$') ? '' : '.*'}`,
      };
    }
    if (text === '/' || text.endsWith('/')) path.translated('PathPrefix');
    else path.different(`PathPrefix: by whole segments, so ${text}x is not matched`);
    return { type: 'PathPrefix', value: text === '' ? '/' : text };
  });
}

function matchesOf(route: Node, paths: readonly Path[]): Match[] {
  route.get('methods')?.translated('one match for each');
  const methods = route.list('methods').map(({ text }) => text.toUpperCase());
  const headers = (route.get('headers')?.fields() ?? []).map(({ name, node }) => headerOf(name, node));
  return combine(paths, methods, headers.length === 0 ? [] : [headers]);
}

/** Kong compares values without regard to case, and one of several is enough. */
function headerOf(name: string, node: Node): HeaderMatch {
  const values = node.items().map(({ text }) => text);
  if (values.length === 1 && values[0]!.startsWith('~*')) {
    node.translated('a regular expression, without regard to case');
    return { name, type: 'RegularExpression', value: `(?i)${values[0]!.slice(2)}` };
  }
  node.translated('one of the values, without regard to case, as a regular expression');
  return { name, type: 'RegularExpression', value: `(?i)^(?:${values.map(quoted).join('|')})$` };
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function hostnamesOf(route: Node): string[] {
  return route.list('hosts').flatMap((host) => {
    const text = host.text.toLowerCase();
    if (text.endsWith('.*')) {
      host.unsupported('a wildcard at the end of a host name: Gateway API has them at the beginning only');
      return [];
    }
    const plain = text.replace(/:\d+$/, '');
    if (plain === text) host.translated('hostnames');
    else host.different('hostnames: a port in Host does not matter');
    return [plain];
  });
}

function judgeRest(route: Node, policies: PolicyDrafts, paths: readonly Path[]): void {
  const handling = route.get('path_handling');
  if (handling?.text === 'v1') handling.unsupported('joining paths without a slash between them');
  else handling?.translated('paths are joined as segments');
  const priority = route.get('regex_priority');
  if (priority !== null) {
    const isRegex = paths.some(({ type }) => type === 'RegularExpression');
    if (isRegex && priority.number !== 0) policies.match.priority = priority.number;
    if (isRegex)
      priority.different('HTTPMatchPolicy priority: it goes before every other order, not only among patterns');
    else priority.translated('says nothing about prefixes');
  }
  const sources = route.list('sources').flatMap((source) => {
    const ip = source.get('ip');
    if (source.get('port') !== null) source.get('port')!.unsupported('ports of clients are not matched');
    if (ip === null) return [];
    ip.translated('HTTPMatchPolicy sourceCIDRs');
    return [ip.text.includes('/') ? ip.text : `${ip.text}/${ip.text.includes(':') ? 128 : 32}`];
  });
  if (sources.length > 0) policies.match.sourceCIDRs = sources;
  route.get('destinations')?.unsupported('the address that a client connected to is not matched');
  route.get('snis')?.unsupported('server names belong to listeners: give the Gateway one with this hostname');
  route.get('https_redirect_status_code')?.different('a listener that serves no such route answers 404');
  for (const field of ['request_buffering', 'response_buffering']) {
    route.get(field)?.different('bodies are streamed, unless a filter or a policy needs them whole');
  }
  route.get('priority')?.different('only with expressions; HTTPMatchPolicy has priority');
}

function tagsOf(route: Node): Record<string, string> {
  const tags = route.get('tags');
  if (tags === null) return {};
  tags.translated('annotation metadata.headgate.dev/tags, which is in the access log');
  return {
    'metadata.headgate.dev/tags': tags
      .items()
      .map(({ text }) => text)
      .join(','),
  };
}

/** Whether requests of HTTP can meet the route; it says so if they cannot. */
function isOfHTTP(route: Node): boolean {
  const protocols = route.get('protocols');
  const names = protocols?.items().map(({ text }) => text) ?? [];
  if (protocols === null || names.length === 0 || names.some((name) => HTTP.has(name))) return true;
  protocols.unsupported(`${names.join(', ')}: write a TCPRoute, TLSRoute or UDPRoute; no HTTPRoute is made`);
  return false;
}

const HTTP: ReadonlySet<string> = new Set(['http', 'https', 'grpc', 'grpcs', 'ws', 'wss']);

function sectionsOf(route: Node, certificates: readonly string[]): string[] {
  const protocols = route.get('protocols');
  if (protocols === null) return [];
  const names = protocols.items().map(({ text }) => text);
  const other = names.filter((name) => !HTTP.has(name));
  if (other.length > 0) protocols.unsupported(`${other.join(', ')}: write a TCPRoute, TLSRoute or UDPRoute`);
  const secure = names.some((name) => ['https', 'grpcs', 'wss'].includes(name));
  const plain = names.some((name) => ['http', 'grpc', 'ws'].includes(name));
  if (secure && !plain && certificates.length === 0) {
    protocols.different('there is no certificate, so the route is on all listeners of the Gateway');
    return [];
  }
  protocols.translated(secure && plain ? 'all listeners' : `listener ${secure ? 'https' : 'http'}`);
  if (secure === plain || certificates.length === 0) return [];
  return [secure ? 'https' : 'http'];
}
