import type { AggregateBackend } from '../api/policy/aggregate.ts';
import type { ResolvedAggregate } from './aggregate.ts';
import * as aggregateCondition from './condition/aggregate.ts';
import { generationOf } from './object.ts';
import { gatewayAncestors, type PolicyStatus } from './policy/ancestors.ts';
import type { RoutePlan } from './route/plan.ts';

/** The status of an Aggregate that routes lead to: an ancestor for each of their Gateways. Null when there is none of ours. */
export function aggregateStatus(
  { metadata }: AggregateBackend,
  { unresolved }: ResolvedAggregate,
  routes: readonly RoutePlan[],
  controllerName: string,
): PolicyStatus | null {
  const generation = generationOf(metadata);
  const gateways = new Set(routes.flatMap(({ securing }) => [...securing]));
  if (gateways.size === 0) return null;
  const [first] = unresolved;
  const { accepted, programmed, resolvedRefs, unresolvedRefs } = aggregateCondition;
  const refs =
    first === undefined
      ? resolvedRefs(generation)
      : unresolvedRefs(first.reason, unresolved.map(({ message }) => message).join('; '), generation);
  const conditions = [accepted(generation), refs, programmed(generation)];
  return { ancestors: gatewayAncestors(gateways, controllerName, () => conditions) };
}
