import type { Gateway } from '../../api/gateway/gateway.ts';
import type { RoutingTable } from '../../ir/table.ts';

type Listener = Gateway['spec']['listeners'][number];

/**
 * A Gateway with the listeners that only its pinned table has, as far as ports go: its Service must lead to what the proxies
 * serve now, and to what they will serve when the pin is released.
 */
export function withPinnedListeners(gateway: Gateway, { listeners }: RoutingTable): Gateway {
  const taken = new Set(gateway.spec.listeners.map(({ port, protocol }) => portOf(port, protocol)));
  const added: Listener[] = [];
  for (const { port, protocol } of Object.values(listeners)) {
    const key = portOf(port, protocol);
    if (taken.has(key)) continue;
    taken.add(key);
    added.push({ name: `pinned-${port}`, port, protocol, allowedRoutes: { namespaces: { from: 'Same' } } });
  }
  if (added.length === 0) return gateway;
  return { ...gateway, spec: { ...gateway.spec, listeners: [...gateway.spec.listeners, ...added] } };
}

function portOf(port: number, protocol: string): string {
  return `${port}/${protocol === 'UDP' ? 'UDP' : 'TCP'}`;
}
