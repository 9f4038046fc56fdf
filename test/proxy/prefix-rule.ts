/** Tables of rules that have one prefix of one host each, at one listener for all hosts. */
import { emptyTable, type Listener, type RoutingTable, type Rule } from '../../src/ir/table.ts';

export const PREFIX_PORT = 80;

const web: Listener = { port: PREFIX_PORT, protocol: 'HTTP', hostname: '', addresses: [], tls: null };

/** @param hostname `''` for any host */
export function prefixRule(hostname: string, prefix: string, order: string): Rule {
  return {
    protocol: 'http',
    attachments: [{ listener: 'web', hostname, routeHostname: hostname }],
    matches: [{ path: { kind: 'prefix', value: prefix }, headers: [], query: [], method: '' }],
    filters: [],
    timeouts: { request: 0, backendRequest: 0 },
    retry: null,
    backends: [],
    name: '',
    order,
    policies: [],
  };
}

/** @param rules by key */
export function prefixTable(rules: Iterable<readonly [string, Rule]>): RoutingTable {
  return { ...emptyTable('shop/web'), listeners: { web }, rules: Object.fromEntries(rules) };
}
