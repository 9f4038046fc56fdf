import { ageOf, keyOf, type Metadata } from './object.ts';

/**
 * The last tie-break between equally specific matches as one string, smaller wins (HTTPRouteRule `matches`): the oldest
 * route, then `namespace/name` in alphabetical order, then the first rule. The name is followed by a space, which sorts
 * before all that a name may hold, so that `shop/cart` comes before `shop/cart-2`.
 */
export function ruleOrder(route: Metadata, rule: number): string {
  return `${ageOf(route)} ${keyOf(route)} ${String(rule).padStart(4, '0')}`;
}
