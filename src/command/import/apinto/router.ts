import { closeRoute, UNTIL_TAKEN_AWAY } from '../core/closed.ts';
import type { Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { ownFilter, PolicyDrafts } from '../core/policies.ts';
import { addRoute, combine, type HeaderMatch } from '../core/routes.ts';
import { type Condition, conditionOf, namedCondition } from './condition.ts';
import { pathOf, rewrite } from './path.ts';
import { applyPlugins, areHarmless } from './plugins.ts';
import type { ApintoService, ApintoServices } from './service.ts';

export type RouterContext = {
  readonly manifests: Manifests;
  readonly services: ApintoServices;
  /** Templates of plugins, by their `id`. */
  readonly templates: ReadonlyMap<string, Node>;
  readonly name: string;
};

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'];

/** One router, or one route of APIPark. */
export function importRouter(router: Node, { manifests, services, templates, name }: RouterContext): void {
  for (const field of ['name', 'id', 'driver', 'profession', 'description', 'title', 'create', 'update', 'version']) {
    router.get(field)?.translated('names the HTTPRoute');
  }
  const hostnames = hostsOf(router);
  if (hostnames === null) return;
  const location = router.get('location') ?? router.get('path') ?? router.get('request_path');
  const policies = new PolicyDrafts();
  const filters: object[] = [];
  const path = location === null ? { type: 'PathPrefix' as const, value: '/' } : pathOf(location, policies);
  if (path === null) return;
  const { headers, queryParams } = conditionsOf(router, policies);
  const reference = router.get('service') ?? router.get('upstream');
  const service = reference === null ? null : services.of(reference);
  intercept(router, { manifests, name, filters });
  const proxy = router.get('proxy');
  const target = proxy?.get('path') ?? router.get('proxy_path');
  if (target != null && location !== null) rewrite(target, location, path, { manifests, name, filters });
  const hostname = service?.host ?? null;
  if (hostname !== null) addHostname(filters, hostname);
  forwardHeaders(proxy, filters);
  applyPlugins(router.get('plugins'), { manifests, name, filters, policies });
  judgeTemplate(router.get('template'), templates, { manifests, name, filters });
  judgeRest(router);
  const targets = addRoute(manifests, {
    name,
    hostnames,
    rules: [
      { matches: combine([path], methodsOf(router), headers.length === 0 ? [] : [headers], queryParams), filters },
    ],
    backendRefs: [...(service?.backends ?? [])],
    timeout: timeoutOf(router, proxy, service),
    retry: retryOf(router, proxy, service),
    labels: labelsOf(router),
  });
  policies.addTo(manifests, name, targets);
}

/** Apinto's `disable`, which APIPark calls Intercept: the path is matched, and answered without the backend. */
function intercept(
  router: Node,
  { manifests, name, filters }: { manifests: Manifests; name: string; filters: object[] },
): void {
  const disabled = router.get('disable');
  if (disabled === null) return;
  disabled.translated(
    disabled.isTrue ? 'HTTPRouteFilter directResponse: take it away to let requests through' : 'served',
  );
  if (!disabled.isTrue) return;
  const directResponse = { statusCode: 404, body: 'router disable' };
  filters.unshift(ownFilter(manifests, `${name}-intercept`, { type: 'DirectResponse', directResponse }));
}

function addHostname(filters: object[], hostname: string): void {
  const known = filters.find((filter) => 'urlRewrite' in filter) as { urlRewrite: object } | undefined;
  if (known === undefined) filters.push({ type: 'URLRewrite', urlRewrite: { hostname } });
  else Object.assign(known.urlRewrite, { hostname });
}

function methodsOf(router: Node): string[] {
  const methods = router.get('method') ?? router.get('methods');
  if (methods === null) return [];
  const all = methods.items().map(({ text }) => text.toUpperCase());
  const other = all.filter((method) => !METHODS.includes(method));
  if (other.length > 0 && !(other.length === 1 && other[0] === 'ALL'))
    methods.unsupported(`no such method: ${other.join(', ')}`);
  else methods.translated('one match for each');
  return other.includes('ALL') ? [] : all.filter((method) => METHODS.includes(method));
}

/** Empty: any host. Null: those that it is for cannot be matched, and it says so. */
function hostsOf(router: Node): string[] | null {
  const hosts = (router.get('host') ?? router.get('hosts'))?.items() ?? [];
  const plain = hosts.map(({ text }) => text.toLowerCase().replace(/:\d+$/, ''));
  const any = hosts.find((_, index) => plain[index] === '' || plain[index] === '*');
  if (any !== undefined) {
    for (const host of hosts) host.translated('any host');
    return [];
  }
  const names = hosts.flatMap((host, index) => {
    const text = plain[index]!;
    if (!/^(?:\*\.)?[a-z0-9]/.test(text) || text.endsWith('*')) {
      host.unsupported('Gateway API has `*` as the first part of a host name only');
      return [];
    }
    host.translated('hostnames');
    return [text];
  });
  if (names.length > 0 || hosts.length === 0) return names;
  router.unsupported('none of its hosts can be matched, so no HTTPRoute is made: it would be for all of them');
  return null;
}

/** Templates are not imported; one that may protect a route leaves it closed. */
function judgeTemplate(
  template: Node | null,
  templates: ReadonlyMap<string, Node>,
  route: { manifests: Manifests; name: string; filters: object[] },
): void {
  if (template === null || template.text === '') return;
  const known = templates.get(template.text);
  const isHarmless = known !== undefined && areHarmless(known.get('plugins'));
  if (!isHarmless) closeRoute(route);
  const closed = isHarmless ? '' : `; this one may protect the route: ${UNTIL_TAKEN_AWAY}`;
  template.unsupported(`templates of plugins are not imported${closed}`);
}

type Matches = { readonly headers: HeaderMatch[]; readonly queryParams: HeaderMatch[] };

/** Conditions that the Gateway API has stand in the route, all others in an HTTPMatchPolicy. */
function conditionsOf(router: Node, policies: PolicyDrafts): Matches {
  const matches: Matches = { headers: [], queryParams: [] };
  for (const rule of [...router.list('rules'), ...router.list('match')]) {
    const position = (rule.textOf('type') ?? rule.textOf('position') ?? '').toLowerCase();
    const name = rule.textOf('name') ?? rule.textOf('key') ?? '';
    const named = rule.get('match_type');
    const value = rule.textOf('value') ?? rule.textOf('pattern') ?? '';
    const condition = named === null ? conditionOf(value) : namedCondition(named, named.text, value);
    if (condition === undefined) continue;
    if (condition === null) rule.translated('anything will do');
    else addCondition(rule, { position, name, condition }, matches, policies);
  }
  return matches;
}

function addCondition(
  rule: Node,
  { position, name, condition }: { position: string; name: string; condition: Condition },
  matches: Matches,
  policies: PolicyDrafts,
): void {
  const field = { header: 'headers', query: 'queryParams', cookie: 'cookies' }[position];
  if (field === undefined) {
    rule.unsupported(`matching by ${position === '' ? 'nothing' : position} is not offered`);
    return;
  }
  if (condition.type === 'Exact' && field !== 'cookies') {
    (field === 'headers' ? matches.headers : matches.queryParams).push({ name, value: condition.value ?? '' });
    rule.translated('a match of the route');
    return;
  }
  policies.match[field] = [...((policies.match[field] ?? []) as object[]), { name, ...condition }];
  rule.translated(`HTTPMatchPolicy ${field}`);
}

function forwardHeaders(proxy: Node | null, filters: object[]): void {
  const set: object[] = [];
  const remove: string[] = [];
  for (const header of proxy?.list('headers') ?? []) {
    const [key, value] = [header.textOf('key') ?? '', header.textOf('value') ?? ''];
    const action = (header.textOf('opt') ?? header.textOf('opt_type') ?? 'ADD').toUpperCase();
    if (action === 'DELETE') remove.push(key);
    else set.push({ name: key, value });
    header.translated(`RequestHeaderModifier ${action === 'DELETE' ? 'remove' : 'set'}`);
  }
  if (set.length + remove.length === 0) return;
  const requestHeaderModifier = { ...(set.length > 0 ? { set } : {}), ...(remove.length > 0 ? { remove } : {}) };
  filters.push({ type: 'RequestHeaderModifier', requestHeaderModifier });
}

/** Theirs is 0 for no bound. */
function timeoutOf(router: Node, proxy: Node | null, service: ApintoService | null): number | null {
  const own = router.get('timeout') ?? router.get('time_out') ?? proxy?.get('timeout') ?? null;
  own?.translated('rules[].timeouts.request');
  return own === null ? (service?.timeout ?? null) : Math.max(0, own.number);
}

function retryOf(router: Node, proxy: Node | null, service: ApintoService | null): { attempts: number } | null {
  const own = router.get('retry') ?? proxy?.get('retry') ?? null;
  own?.translated('rules[].retry.attempts');
  const attempts = own?.number ?? service?.retry ?? 0;
  return attempts > 0 ? { attempts } : null;
}

function labelsOf(router: Node): Record<string, string> {
  const fields = router.get('labels')?.fields() ?? [];
  return Object.fromEntries(
    fields.flatMap(({ name, node }) => {
      const isLabel = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
      if (!isLabel.test(name) || (node.text !== '' && !isLabel.test(node.text))) {
        node.unsupported('not a label that Kubernetes takes');
        return [];
      }
      node.translated('a label of the HTTPRoute');
      return [[name, node.text]];
    }),
  );
}

function judgeRest(router: Node): void {
  const protocols = router.get('protocols') ?? router.get('protocol');
  const names = (protocols?.items() ?? []).map(({ text }) => text.toLowerCase());
  if (names.some((name) => name !== 'http' && name !== 'https')) protocols!.unsupported('only HTTP and HTTPS');
  else protocols?.translated('the listeners of the Gateway');
  router.get('listen')?.different('the ports are those of the Gateway');
  router.get('websocket')?.translated('upgrades pass');
}
