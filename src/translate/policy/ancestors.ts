import { GATEWAY_GROUP } from '../../api/gateway/name.ts';
import { MAX_ANCESTORS } from '../../api/policy/status.ts';
import type { Condition } from '../../ir/status.ts';
import { compare } from '../object.ts';

/** Of everything that Gateways are served with but that is no part of them: policies, Aggregates, filters. */
export type PolicyStatus = {
  readonly ancestors: readonly {
    readonly ancestorRef: {
      readonly group: string;
      readonly kind: string;
      readonly namespace: string;
      readonly name: string;
    };
    readonly controllerName: string;
    readonly conditions: readonly Condition[];
  }[];
};

/** An entry for each Gateway (`namespace/name`): the first ones, when there are more than a status may hold. */
export function gatewayAncestors(
  gateways: Iterable<string>,
  controllerName: string,
  conditionsIn: (gateway: string) => readonly Condition[],
): PolicyStatus['ancestors'] {
  const keys = [...gateways].sort(compare).slice(0, MAX_ANCESTORS);
  return keys.map((key) => {
    const [namespace = '', name = ''] = key.split('/');
    const ancestorRef = { group: GATEWAY_GROUP, kind: 'Gateway', namespace, name };
    return { ancestorRef, controllerName, conditions: conditionsIn(key) };
  });
}
