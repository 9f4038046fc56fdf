import { compareKeys } from '../ir/entries.ts';
import type { Filter } from '../ir/filter.ts';
import type { Attachment, Backend, Certificate, EndpointSet, Listener, RoutingTable, Rule } from '../ir/table.ts';
import type { GatewayPlan } from './gateway.ts';
import { ruleOrder } from './precedence.ts';
import type { BackendCatalogue } from './route/backend-ref.ts';
import type { HTTPRoutePlan } from './route/http-route.ts';
import type { RuleBody } from './route/rule.ts';

/** The routing table of one Gateway: what is served of it and of the routes that are attached to it, and nothing else. */
export function tableOf(
  gateway: GatewayPlan,
  routes: readonly HTTPRoutePlan[],
  backends: BackendCatalogue,
): RoutingTable {
  const { listeners, certificates } = listenersOf(gateway);
  const rules: Record<string, Rule> = {};
  const used = new Set<string>();
  for (const route of routes) {
    for (const [key, rule] of rulesOf(route, gateway.key)) {
      rules[key] = rule;
      noteBackends(rule, used);
    }
  }
  const backendEntries: Record<string, Backend> = {};
  const endpointEntries: Record<string, EndpointSet> = {};
  for (const key of [...used].sort(compareKeys)) {
    const { backend, endpoints } = backends.entry(key);
    backendEntries[key] = backend;
    endpointEntries[key] = endpoints;
  }
  return {
    gateway: gateway.key,
    listeners,
    rules,
    streams: {},
    backends: backendEntries,
    endpoints: endpointEntries,
    certificates,
    policies: {},
  };
}

/** The listeners of a Gateway that are served, and the certificates that they serve with. */
export function listenersOf(gateway: GatewayPlan): Pick<RoutingTable, 'listeners' | 'certificates'> {
  const listeners: Record<string, Listener> = {};
  const certificates: Record<string, Certificate> = {};
  for (const listener of gateway.listeners) {
    if (listener.entry === null) continue;
    listeners[listener.draft.key] = listener.entry;
    Object.assign(certificates, listener.certificates);
  }
  return { listeners, certificates };
}

/** What a Gateway (`namespace/name`) serves of a route, by key; nothing when the route is not attached to it. */
export function rulesOf(route: HTTPRoutePlan, gateway: string): [string, Rule][] {
  const attachments = route.attachments.get(gateway);
  if (attachments === undefined) return [];
  return route.rules.flatMap(({ body }, index): [string, Rule][] => {
    if (body === null) return [];
    const rule = entryOf(body, gateway, attachments, ruleOrder(route.route.metadata, index));
    return [[`httproute/${route.key}/rule/${index}`, rule]];
  });
}

/** The entry of a rule by Gateway, so that a rule which is as before stays the same object. */
const remembered = new WeakMap<RuleBody, Map<string, Rule>>();

function entryOf(body: RuleBody, gateway: string, attachments: readonly Attachment[], order: string): Rule {
  const entries = remembered.get(body) ?? new Map<string, Rule>();
  const known = entries.get(gateway);
  if (known !== undefined && known.order === order && sameAttachments(known.attachments, attachments)) return known;
  const rule: Rule = { protocol: 'http', attachments, ...body, order, policies: [] };
  remembered.set(body, entries.set(gateway, rule));
  return rule;
}

function sameAttachments(a: readonly Attachment[], b: readonly Attachment[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index]!;
      return (
        one.listener === other.listener && one.hostname === other.hostname && one.routeHostname === other.routeHostname
      );
    })
  );
}

/** Adds the keys of all backends that a rule leads to. */
export function noteBackends(rule: Rule, used: Set<string>): void {
  noteMirrors(rule.filters, used);
  for (const { backend, filters } of rule.backends) {
    if (backend !== null) used.add(backend);
    noteMirrors(filters, used);
  }
}

function noteMirrors(filters: readonly Filter[], used: Set<string>): void {
  for (const filter of filters) {
    if (filter.kind === 'RequestMirror' && filter.backend !== null) used.add(filter.backend);
  }
}
