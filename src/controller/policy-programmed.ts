/** `Programmed` of our policies: True only for what every proxy that takes traffic has acknowledged. */
import type { Condition } from '../ir/status.ts';
import type { ObjectStatus, PolicyObjectStatus } from '../translate/object-status.ts';
import { placeOf } from '../translate/policy/kind.ts';
import { POLICY_KINDS } from '../translate/policy/kinds.ts';
import type { Behind } from './behind.ts';
import type { LagOf } from './programmed.ts';

/** Also for Aggregates and filters, whose statuses have the same shape. */
export function isOwnPolicyKind(kind: string): boolean {
  return kind === 'Aggregate' || kind === 'HTTPRouteFilter' || Object.hasOwn(POLICY_KINDS, kind);
}

export function isOwnPolicy(object: ObjectStatus): object is PolicyObjectStatus {
  return isOwnPolicyKind(object.kind);
}

/** The status of a policy as it may be shown. One that is shown as it is stays the object that it was. */
export function shownPolicy(object: PolicyObjectStatus, lagOf: LagOf): PolicyObjectStatus {
  let isLate = false;
  const ancestors = object.status.ancestors.map((ancestor) => {
    const { kind, namespace, name } = ancestor.ancestorRef;
    if (kind !== 'Gateway') return ancestor;
    const lag = lagOf(`${namespace}/${name}`);
    if (lag.behind !== null && !concerns(lag.behind, object, `${namespace}/${name}`)) return ancestor;
    isLate = true;
    const withhold = (condition: Condition): Condition =>
      condition.type === 'Programmed' && condition.status === 'True'
        ? { ...condition, status: 'False', reason: lag.reason, message: lag.message }
        : condition;
    return { ...ancestor, conditions: ancestor.conditions.map(withhold) };
  });
  return isLate ? { ...object, status: { ancestors } } : object;
}

/** Whether something that the policy consists of, or that names it, is not served as it should be. */
function concerns(behind: Behind, { kind, namespace, name, targets }: PolicyObjectStatus, gateway: string): boolean {
  if (behind.policies.has(`${kind.toLowerCase()}/${namespace}/${name}`)) return true;
  if (kind === 'HTTPRouteFilter' && behind.secrets) return true;
  return targets.some((target) => {
    const { kind: place, key } = placeOf(target);
    if (place === 'Gateway') return key === gateway && behind.listeners.size > 0;
    if (place === 'Service') return someBegins(behind.backends, `service/${key}/`);
    return behind.routes.has(`${place.toLowerCase()}/${key}`);
  });
}

function someBegins(keys: ReadonlySet<string>, start: string): boolean {
  for (const key of keys) if (key.startsWith(start)) return true;
  return false;
}
