import type { Condition } from '../../ir/status.ts';
import * as filterCondition from '../condition/extension-filter.ts';
import type { GatewayPlan } from '../gateway.ts';
import { compare, generationOf, keyOf } from '../object.ts';
import { gatewayAncestors, type PolicyStatus } from '../policy/ancestors.ts';
import type { RoutePlan } from '../route/plan.ts';
import type { ResolvedFilter } from './book.ts';

/** Of so many places it is said what is wrong with them. */
const MOST_FAULTS = 16;

/**
 * The status of a filter that routes and listeners use: an ancestor for each of their Gateways. It is not accepted where one
 * of them cannot use it. Null when none of a Gateway of ours does.
 */
export function filterStatus(
  { key, filter, content }: ResolvedFilter,
  routes: Iterable<RoutePlan>,
  gateways: Iterable<Pick<GatewayPlan, 'key' | 'filterUses'>>,
  controllerName: string,
): PolicyStatus | null {
  const generation = generationOf(filter.metadata);
  const faults = new Map<string, string[]>();
  for (const plan of routes) {
    const own = (plan.filters.get(key) ?? []).map(
      (fault) => `${plan.route.kind} ${keyOf(plan.route.metadata)}: ${fault}`,
    );
    for (const gateway of plan.securing) {
      const known = faults.get(gateway);
      if (known === undefined) faults.set(gateway, own);
      else if (own.length > 0) faults.set(gateway, [...known, ...own]);
    }
  }
  for (const plan of gateways) {
    faults.set(plan.key, [...(faults.get(plan.key) ?? []), ...(plan.filterUses.get(key) ?? [])]);
  }
  if (faults.size === 0) return null;
  return {
    ancestors: gatewayAncestors(faults.keys(), controllerName, (gateway) =>
      conditionsOf([...content.faults, ...faults.get(gateway)!.sort(compare)], generation),
    ),
  };
}

function conditionsOf(faults: readonly string[], generation: number): readonly Condition[] {
  if (faults.length === 0) return [filterCondition.accepted(generation), filterCondition.programmed(generation)];
  const more = faults.length > MOST_FAULTS ? [`and ${faults.length - MOST_FAULTS} more`] : [];
  const message = [...faults.slice(0, MOST_FAULTS), ...more].join('; ');
  return [filterCondition.invalid(message, generation), filterCondition.notProgrammed(generation)];
}
