import type { Backend, Certificate, EndpointSet, Listener, RoutingTable, Rule } from '../ir/table.ts';
import type { GatewayPlan } from './gateway.ts';
import { ruleOrder } from './precedence.ts';
import type { BackendCatalogue } from './route/backend-ref.ts';
import type { HTTPRoutePlan } from './route/http-route.ts';

/** The routing table of one Gateway: what is served of it and of the routes that are attached to it, and nothing else. */
export function tableOf(
  gateway: GatewayPlan,
  routes: readonly HTTPRoutePlan[],
  backends: BackendCatalogue,
): RoutingTable {
  const listeners: Record<string, Listener> = {};
  const certificates: Record<string, Certificate> = {};
  for (const listener of gateway.listeners) {
    if (listener.entry === null) continue;
    listeners[listener.draft.key] = listener.entry;
    Object.assign(certificates, listener.certificates);
  }
  const rules: Record<string, Rule> = {};
  const used = new Set<string>();
  for (const route of routes) {
    const attachments = route.attachments.get(gateway.key) ?? [];
    for (const [index, { body }] of route.rules.entries()) {
      if (body === null) continue;
      const rule: Rule = { attachments, ...body, order: ruleOrder(route.route.metadata, index), policies: [] };
      rules[`httproute/${route.key}/rule/${index}`] = rule;
      noteBackends(rule, used);
    }
  }
  const backendEntries: Record<string, Backend> = {};
  const endpointEntries: Record<string, EndpointSet> = {};
  for (const key of [...used].sort()) {
    const { backend, endpoints } = backends.entry(key);
    backendEntries[key] = backend;
    endpointEntries[key] = endpoints;
  }
  return {
    gateway: gateway.key,
    listeners,
    rules,
    backends: backendEntries,
    endpoints: endpointEntries,
    certificates,
    policies: {},
  };
}

function noteBackends(rule: Rule, used: Set<string>): void {
  for (const { backend } of rule.backends) if (backend !== null) used.add(backend);
  for (const filter of rule.filters) {
    if (filter.kind === 'RequestMirror' && filter.backend !== null) used.add(filter.backend);
  }
}
