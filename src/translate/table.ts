import { compareKeys } from '../ir/entries.ts';
import type { Filter } from '../ir/filter.ts';
import { backendsOfFilters } from '../ir/filter-backends.ts';
import type { Policy, Secret } from '../ir/policy/policy.ts';
import type {
  Attachment,
  Backend,
  Certificate,
  EndpointSet,
  Listener,
  RoutingTable,
  Rule,
  Stream,
} from '../ir/table.ts';
import type { ResolvedCertificate } from './certificate.ts';
import { sameContent } from './equal.ts';
import { allListeners, type GatewayPlan } from './gateway.ts';
import { NO_FILTERS } from './gateway-headers.ts';
import type { ListenerPlan } from './listener-plan.ts';
import type { PolicyBook } from './policy/book.ts';
import type { PolicyObject } from './policy/kind.ts';
import { ruleOrder } from './precedence.ts';
import type { BackendCatalogue } from './route/backend-ref.ts';
import type { RuleBody, StreamBody } from './route/kind.ts';
import { routeMetadata } from './route/metadata.ts';
import { type RoutePlan, routeKey } from './route/plan.ts';

/**
 * The routing table of one Gateway: what is served of it and of the routes that are attached to it, and nothing else.
 * `policies` are those that have a part in it.
 */
export function tableOf(
  gateway: GatewayPlan,
  routes: readonly RoutePlan[],
  policies: readonly PolicyObject[],
  backends: BackendCatalogue,
): RoutingTable {
  const { listeners, certificates } = listenersOf(gateway, backends.policies);
  const entries: { rules: Record<string, Rule>; streams: Record<string, Stream> } = { rules: {}, streams: {} };
  const used = new Set<string>();
  for (const route of routes) {
    for (const [key, rule] of rulesOf(route, gateway)) {
      (entries[route.collection] as Record<string, Rule | Stream>)[key] = rule;
      noteBackends(rule, used);
    }
  }
  for (const backend of backendsOfListeners(gateway)) used.add(backend);
  const policyEntries: Record<string, Policy> = {};
  const secrets: Record<string, Secret> = {};
  for (const policy of policies) {
    const { entry, key, stray, content } = backends.policies.judge(policy);
    if (entry === null) continue;
    policyEntries[key] = entry;
    if (stray !== null) policyEntries[stray.key] = stray.entry;
    for (const backend of content.backends) used.add(backend);
    Object.assign(secrets, secretsOf(content.secrets));
  }
  for (const key of new Set([...gateway.filterUses.keys(), ...routes.flatMap((route) => [...route.filters.keys()])])) {
    Object.assign(secrets, secretsOf(backends.filters.needsOf(key)?.secrets ?? {}));
  }
  const backendEntries: Record<string, Backend> = {};
  const endpointEntries: Record<string, EndpointSet> = {};
  for (const key of [...used].sort(compareKeys)) {
    const { backend, endpoints } = backends.entry(key)!;
    backendEntries[key] = backendOf(backend, gateway.clientCertificate);
    endpointEntries[key] = endpoints;
  }
  return {
    gateway: gateway.key,
    listeners,
    ...entries,
    backends: backendEntries,
    endpoints: endpointEntries,
    certificates,
    policies: policyEntries,
    secrets,
  };
}

/** What a policy or filter needs, as entries of a table. */
export function secretsOf(secrets: Readonly<Record<string, string>>): Record<string, Secret> {
  return Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, { value }]));
}

/** A backend as a Gateway speaks to it, with the certificate that it has to show. */
export function backendOf(backend: Backend, certificate: ResolvedCertificate | null): Backend {
  if (backend.tls === null || certificate === null) return backend;
  return { ...backend, tls: { ...backend.tls, clientCertificate: certificate.key } };
}

/** The listeners that a Gateway serves, and the certificates that it shows to clients and backends. */
export function listenersOf(
  gateway: GatewayPlan,
  policies: PolicyBook,
): Pick<RoutingTable, 'listeners' | 'certificates'> {
  const listeners: Record<string, Listener> = {};
  const certificates: Record<string, Certificate> = {};
  for (const listener of allListeners(gateway)) {
    if (listener.entry === null) continue;
    listeners[listener.draft.key] = withPolicies(listener, gateway, policies);
    Object.assign(certificates, listener.certificates);
  }
  const own = gateway.clientCertificate;
  if (own !== null) certificates[own.key] = own.certificate;
  return { listeners, certificates };
}

/** Keys of the backends that filters of the listeners that are served send requests to. */
export function backendsOfListeners(gateway: GatewayPlan): string[] {
  return [...new Set(allListeners(gateway).flatMap(({ entry }) => backendsOfFilters(entry?.filters ?? [])))];
}

/** The listeners of a ListenerSet have the policies of the whole Gateway: its names are not theirs. */
function withPolicies({ draft, entry }: ListenerPlan, gateway: GatewayPlan, policies: PolicyBook): Listener {
  const isOwn = gateway.listeners.some((listener) => listener.draft === draft);
  const keys = policies.keysAt('Gateway', gateway.key, isOwn ? draft.spec.name : '');
  const withKeys = keys.length === 0 ? entry! : { ...entry!, policies: keys };
  return gateway.priorityScope === 'Gateway' ? { ...withKeys, priorityScope: 'Gateway' } : withKeys;
}

/** What a Gateway (`namespace/name`) serves of a route, by key; nothing when the route is not attached to it. */
export function rulesOf(
  { route, rules, attachments }: RoutePlan,
  gateway: Pick<GatewayPlan, 'key' | 'filters'>,
): [string, Rule | Stream][] {
  const places = attachments.get(gateway.key);
  if (places === undefined) return [];
  return rules.flatMap(({ body }, index): [string, Rule | Stream][] => {
    if (body === null) return [];
    const entry = entryOf(body, gateway, places, ruleOrder(route.metadata, index), routeMetadata(route.metadata));
    return [[`${routeKey(route)}/rule/${index}`, entry]];
  });
}

/** The same of all Gateways, without what their parameters put before every rule. */
export function allRulesOf(plan: RoutePlan): [string, Rule | Stream][] {
  return [...plan.attachments.keys()].flatMap((key) => rulesOf(plan, { key, filters: NO_FILTERS }));
}

/** The entry of a rule by Gateway, so that a rule which is as before stays the same object. */
const remembered = new WeakMap<RuleBody | StreamBody, Map<string, Remembered>>();

type Remembered = { readonly entry: Rule | Stream; readonly filters: readonly Filter[] };

function entryOf(
  body: RuleBody | StreamBody,
  { key, filters }: Pick<GatewayPlan, 'key' | 'filters'>,
  attachments: readonly Attachment[],
  order: string,
  metadata: Readonly<Record<string, string>> | null,
): Rule | Stream {
  const entries = remembered.get(body) ?? new Map<string, Remembered>();
  const place = filters.length === 0 ? key : `${key} with filters`;
  const known = entries.get(place);
  if (known !== undefined && sameContent(known.filters, filters)) {
    const { entry } = known;
    const said = ('metadata' in entry ? entry.metadata : null) ?? null;
    if (entry.order === order && sameAttachments(entry.attachments, attachments) && sameContent(said, metadata)) {
      return entry;
    }
  }
  const own = metadata === null || !('filters' in body) ? {} : { metadata };
  const entry: Rule | Stream = { attachments, ...behind(filters, body), order, ...own };
  remembered.set(body, entries.set(place, { entry, filters }));
  return entry;
}

/** A rule with filters before its own. */
function behind(filters: readonly Filter[], body: RuleBody | StreamBody): RuleBody | StreamBody {
  return filters.length === 0 || !('filters' in body) ? body : { ...body, filters: [...filters, ...body.filters] };
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
export function noteBackends(rule: Rule | Stream, used: Set<string>): void {
  if ('filters' in rule) for (const backend of backendsOfFilters(rule.filters)) used.add(backend);
  for (const { backend, filters } of rule.backends) {
    if (backend !== null) used.add(backend);
    for (const other of backendsOfFilters(filters)) used.add(other);
  }
}
