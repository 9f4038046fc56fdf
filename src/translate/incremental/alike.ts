/** Where a difference makes none to what is planned with an object. */
import type { Service } from '../../api/core/service.ts';
import { sameContent } from '../equal.ts';
import type { GatewayPlan } from '../gateway.ts';
import type { ListenerPlan } from '../listener-plan.ts';
import { parentsOf } from '../parent.ts';

/**
 * Whether routes attach to a Gateway and its ListenerSets as they did before, behind the same filters, and to listeners that are
 * served as they were.
 */
export function attachesAlike(before: GatewayPlan, after: GatewayPlan): boolean {
  // Which labels a namespace has is not looked at: of a Namespace that changes, all routes are planned again.
  const seenListener = ({ draft: { spec, hostname, kinds, plain }, entry }: ListenerPlan) => {
    const { name, port, protocol, allowedRoutes } = spec;
    return { name, port, protocol, allowedRoutes, hostname, kinds, plain, served: entry !== null };
  };
  const seen = (plan: GatewayPlan) =>
    parentsOf(plan).map(([key, { listeners }]) => ({ key, listeners: listeners.map(seenListener) }));
  return sameContent(before.filters, after.filters) && sameContent(seen(before), seen(after));
}

/** Whether references to a Service lead to the same as before, whatever its endpoints are. */
export function resolvesAlike(before: Service | null, after: Service | null): boolean {
  if (before === null || after === null) return false;
  return before.spec.type === after.spec.type && sameContent(before.spec.ports, after.spec.ports);
}
