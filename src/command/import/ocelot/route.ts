import { backendsFor } from '../core/backends.ts';
import { type ClosableRoute, closeRoute } from '../core/closed.ts';
import type { BackendRef, Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { ownFilter, PolicyDrafts } from '../core/policies.ts';
import type { ImportOptions } from '../core/result.ts';
import { addRoute, combine, type HeaderMatch, type TargetRef } from '../core/routes.ts';
import { claimsOf } from './claims.ts';
import { headerActions } from './headers.ts';
import { pathsOf, rewritePath } from './path.ts';
import { cacheOf, limitsOf, securityOf } from './policies.ts';
import { parseTemplate } from './template.ts';
import { balanceBackends, breakCircuit, timeoutOf } from './traffic.ts';

export type RouteContext = {
  readonly manifests: Manifests;
  readonly options: ImportOptions;
  readonly global: Node | null;
  readonly name: string;
};

/** One route of Ocelot's; returns the HTTPRoutes that it became. */
export function importRoute(route: Node, context: RouteContext): TargetRef[] {
  const { global, manifests, name, options } = context;
  const policies = new PolicyDrafts();
  const filters: object[] = [];
  const upstream = route.get('UpstreamPathTemplate');
  if (upstream === null) {
    route.unsupported('it has no UpstreamPathTemplate');
    return [];
  }
  route.get('Key')?.translated('names the HTTPRoute');
  const isClosed = closeUnknown(route, global, { manifests, name, filters });
  const claims = claimsTransform(route, isClosed);
  const from = parseTemplate(upstream.text);
  const downstream = route.get('DownstreamPathTemplate') ?? upstream;
  const to = parseTemplate(downstream.text);
  const pathContext = {
    manifests,
    name,
    policies,
    filters,
    isCaseSensitive: isCaseSensitive(route, options),
    claimed: new Set((claims.pathParams ?? []).map((one) => (one as { name: string }).name)),
  };
  const paths = pathsOf(upstream, from, to, pathContext);
  rewritePath(downstream, from, to, paths, pathContext);
  transform(route, claims, { filters, manifests, name });
  if (paths.some(({ value }) => value !== '/')) prioritise(route, policies);
  else route.get('Priority')?.translated('a route for every path is the last one');
  const backendRefs = backendsOf(route, global, context);
  securityOf(route.get('SecurityOptions') ?? global?.get('SecurityOptions') ?? null, {
    manifests,
    name,
    filters,
    policies,
  });
  limitsOf(route.get('RateLimitOptions'), global?.get('RateLimitOptions') ?? null, policies);
  cacheOf(route.get('FileCacheOptions') ?? route.get('CacheOptions'), global?.get('CacheOptions') ?? null, policies);
  judgeRest(route);
  const targets = addRoute(manifests, {
    name,
    hostnames: hostsOf(route),
    rules: [{ matches: combine(paths, methodsOf(route), headersOf(route, policies)), filters }],
    backendRefs,
    timeout: timeoutOf(route, global),
    retry: null,
    annotations: metadataOf(route),
  });
  policies.addTo(manifests, name, targets);
  return targets;
}

function isCaseSensitive(route: Node, { caseSensitive }: ImportOptions): boolean {
  const said = route.get('RouteIsCaseSensitive');
  said?.translated(said.isTrue ? 'paths are matched in the case they are written in' : 'paths are matched in any case');
  return said === null ? caseSensitive : said.isTrue;
}

function methodsOf(route: Node): string[] {
  const methods = route.get('UpstreamHttpMethod');
  methods?.translated('one match for each');
  return (methods?.items() ?? []).map(({ text }) => text.toUpperCase()).filter((method) => method !== '');
}

function hostsOf(route: Node): string[] {
  const host = route.get('UpstreamHost');
  if (host === null || host.text === '') return [];
  host.translated('hostnames');
  return [host.text.toLowerCase().replace(/:\d+$/, '')];
}

function headersOf(route: Node, policies: PolicyDrafts): HeaderMatch[][] {
  const conditions: object[] = [];
  const exact = (route.get('UpstreamHeaderTemplates')?.fields() ?? []).flatMap(({ name, node }): HeaderMatch[] => {
    if (!/\{header:/i.test(node.text)) {
      node.translated('a header match');
      return [{ name, value: node.text }];
    }
    const value = node.text.replace(/\{header:([^{}]+)\}/gi, (_, one: string) => `{${one}}`);
    conditions.push({ name, type: 'Template', value });
    node.translated('HTTPMatchPolicy headers, whose placeholders the path may have');
    return [];
  });
  if (conditions.length > 0) policies.match.headers = conditions;
  return exact.length === 0 ? [] : [exact];
}

/** Ocelot's default is 1, and ours 0 (the same order). */
function prioritise(route: Node, policies: PolicyDrafts): void {
  const priority = route.get('Priority');
  if (priority === null) return;
  const own = priority.number - 1;
  if (own !== 0) policies.match.priority = own;
  priority.translated(`HTTPMatchPolicy priority ${own}: the default is 0 in place of 1`);
}

function backendsOf(route: Node, global: Node | null, { manifests, name }: RouteContext): BackendRef[] {
  const scheme = route.get('DownstreamScheme') ?? global?.get('DownstreamScheme') ?? null;
  const text = scheme?.text.toLowerCase() ?? 'http';
  scheme?.translated('how backends are spoken to');
  const tls = text === 'https' || text === 'wss';
  const version = route.textOf('DownstreamHttpVersion') ?? '';
  const options = { name, tls, ...(version.startsWith('2') && !tls ? { appProtocol: 'kubernetes.io/h2c' } : {}) };
  const refs = serviceOf(route, manifests) ?? fromHosts(route, manifests, options);
  balanceBackends(route, refs, manifests, global);
  breakCircuit(route, refs, manifests, global);
  const accepts = route.get('DangerousAcceptAnyServerCertificateValidator');
  if (accepts?.isTrue === true) accepts.unsupported('certificates of backends are always verified');
  else accepts?.translated('certificates of backends are verified');
  return refs;
}

function serviceOf(route: Node, manifests: Manifests): BackendRef[] | null {
  const name = route.get('ServiceName');
  if (name === null || name.text === '') return null;
  const namespace = route.get('ServiceNamespace');
  namespace?.translated('namespace of the Service');
  const host = `${name.text}.${namespace?.text ?? manifests.namespace}.svc`;
  return backendsFor(manifests, [{ host, port: 80, node: name }], { name: name.text, tls: false });
}

function fromHosts(route: Node, manifests: Manifests, options: { name: string; tls: boolean }): BackendRef[] {
  const targets = route.list('DownstreamHostAndPorts').flatMap((node) => {
    const host = node.get('Host');
    const port = node.get('Port');
    port?.translated('port of the backend');
    if (host === null) return [];
    return [{ host: host.text, port: port?.number ?? (options.tls ? 443 : 80), node: host }];
  });
  if (targets.length === 0) route.unsupported('it has no host to send requests to');
  return backendsFor(manifests, targets, options);
}

/** What protects a route by code of the application cannot be imported: the route stays closed until somebody has written it. */
function closeUnknown(route: Node, global: Node | null, closable: ClosableRoute): boolean {
  const own = route.get('AuthenticationOptions');
  const shared = own?.get('AllowAnonymous')?.isTrue === true ? null : (global?.get('AuthenticationOptions') ?? null);
  const authentication = asksWho(own) ? own : asksWho(shared) ? shared : null;
  const isProtected = authentication !== null;
  const requirement = route.get('RouteClaimsRequirement');
  const requires = (requirement?.fields().length ?? 0) > 0;
  if (!isProtected && !requires) return false;
  closeRoute(closable);
  const said =
    'who may send requests is told by code: the route answers 403 until you write an AccessPolicy and take its filter away';
  if (isProtected) authentication.unsupported(said);
  if (requires)
    requirement!.unsupported('AccessPolicy authorization.rules, with the authentication that has the claims');
  return true;
}

/** Whether options of authentication name who knows clients. */
function asksWho(options: Node | null): boolean {
  const keys = options?.get('AuthenticationProviderKeys') ?? options?.get('AuthenticationProviderKey') ?? null;
  return keys?.items().some(({ text }) => text !== '') === true;
}

type Claims = { derive?: object[]; headers?: object[]; queryParams?: object[]; pathParams?: object[] };

function claimsTransform(route: Node, isClosed: boolean): Claims {
  const parts: Claims = {
    derive: claimsOf(route.get('AddClaimsToRequest'), 'transform.claims.derive'),
    headers: claimsOf(route.get('AddHeadersToRequest'), 'transform.claims.headers'),
    queryParams: claimsOf(route.get('AddQueriesToRequest'), 'transform.claims.queryParams'),
    pathParams: claimsOf(route.get('ChangeDownstreamPathTemplate'), 'transform.claims.pathParams'),
  };
  const used = Object.entries(parts).filter(([, list]) => list.length > 0);
  if (used.length > 0 && !isClosed)
    route.get('AddHeadersToRequest')?.different('claims need an AccessPolicy for the route');
  return Object.fromEntries(used) as Claims;
}

function transform(
  route: Node,
  claims: Claims,
  { filters, manifests, name }: { filters: object[]; manifests: Manifests; name: string },
): void {
  const method = route.get('DownstreamHttpMethod');
  const requestHeaders = headerActions(route.get('UpstreamHeaderTransform'));
  const responseHeaders = headerActions(route.get('DownstreamHeaderTransform'));
  method?.translated('HTTPRouteFilter transform.method');
  const all = {
    ...(method === null || method.text === '' ? {} : { method: method.text.toUpperCase() }),
    ...(requestHeaders.length === 0 ? {} : { requestHeaders }),
    ...(responseHeaders.length === 0 ? {} : { responseHeaders }),
    ...(Object.keys(claims).length === 0 ? {} : { claims }),
  };
  if (Object.keys(all).length === 0) return;
  const known = filters.map(urlFilter).find((filter) => filter !== null);
  const spec = known === undefined || known === null ? null : manifests.find('HTTPRouteFilter', known)?.spec;
  const own = spec as { transform?: object } | null | undefined;
  // One filter has the placeholders of the path and the claims that fill them.
  if (own?.transform !== undefined) Object.assign(own.transform, all);
  else filters.push(ownFilter(manifests, name, { type: 'Transform', transform: all }));
}

function urlFilter(filter: object): string | null {
  return (filter as { extensionRef?: { name: string } }).extensionRef?.name ?? null;
}

function metadataOf(route: Node): Record<string, string> {
  const fields = route.get('Metadata')?.fields() ?? [];
  return Object.fromEntries(
    fields.map(({ name, node }) => {
      const key = `metadata.headgate.dev/${name.replace(/[^-A-Za-z0-9_.]+/g, '-').replace(/^[-_.]+|[-_.]+$/g, '')}`;
      node.translated(`annotation ${key}`);
      return [key, typeof node.value === 'object' ? JSON.stringify(node.value) : node.text];
    }),
  );
}

function judgeRest(route: Node): void {
  route.get('DelegatingHandlers')?.unsupported('handlers are code: a TelemetryPolicy reports and traces requests');
  route.get('RequestIdKey')?.different('requests have an X-Request-Id');
  route.get('DownstreamHttpVersion')?.translated('appProtocol of the Service');
  route.get('DownstreamHttpVersionPolicy')?.different('the appProtocol of the Service says which version is spoken');
  const handler = route.get('HttpHandlerOptions');
  const follows = handler?.get('AllowAutoRedirect');
  if (follows?.isTrue === true) follows.unsupported('redirects of backends go to the client');
  else follows?.translated('redirects of backends go to the client');
  for (const { name, node } of handler?.fields() ?? []) {
    if (name.toLowerCase() === 'allowautoredirect') continue;
    if (node.isTrue && /usecookiecontainer/i.test(name)) node.unsupported('cookies belong to the client');
    else if (node.isTrue && /usetracing/i.test(name)) node.different('write a TelemetryPolicy with tracing');
    else node.different('connections to backends have their own bounds: GatewayParameters connections');
  }
}
