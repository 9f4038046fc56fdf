import type { Condition } from '../../ir/status.ts';

/** metav1.Condition as the API server keeps it. */
export type StoredCondition = Condition & { readonly lastTransitionTime: string };

/** The API server refuses a longer one. */
const MAX_MESSAGE = 32_768;

/**
 * The condition types that are ours to set and to take away. Whatever else stands among an object's conditions was put
 * there by somebody else and stays (Gateway API, GatewayPreserveForeignConditions).
 */
const OWN_TYPES: ReadonlySet<string> = new Set([
  'Accepted',
  'AddressesAssigned',
  'Conflicted',
  'InsecureFrontendValidationMode',
  'OverlappingTLSConfig',
  'PartiallyInvalid',
  'Programmed',
  'ResolvedRefs',
  'SupportedVersion',
]);

const OWN_DOMAIN = 'headgate.dev/';

/**
 * `stored` with our conditions as they are now. The time of transition moves only when the status does; a condition that
 * does not change at all keeps its identity, and so does the list.
 */
export function mergeConditions(
  stored: readonly StoredCondition[],
  ours: readonly Condition[],
  now: string,
): readonly StoredCondition[] {
  const remaining = new Map(ours.map((condition) => [condition.type, condition]));
  const merged: StoredCondition[] = [];
  for (const old of stored) {
    const next = remaining.get(old.type);
    remaining.delete(old.type);
    if (next !== undefined) merged.push(transition(old, next, now));
    else if (!isOwn(old.type)) merged.push(old);
  }
  for (const added of remaining.values()) merged.push({ ...cut(added), lastTransitionTime: now });
  return merged.length === stored.length && merged.every((one, i) => one === stored[i]) ? stored : merged;
}

function isOwn(type: string): boolean {
  return OWN_TYPES.has(type) || type.startsWith(OWN_DOMAIN);
}

function transition(old: StoredCondition, condition: Condition, now: string): StoredCondition {
  const next = cut(condition);
  const same =
    old.status === next.status &&
    old.reason === next.reason &&
    old.message === next.message &&
    old.observedGeneration === next.observedGeneration;
  if (same) return old;
  return { ...next, lastTransitionTime: old.status === next.status ? old.lastTransitionTime : now };
}

function cut(condition: Condition): Condition {
  if (condition.message.length <= MAX_MESSAGE) return condition;
  return { ...condition, message: `${condition.message.slice(0, MAX_MESSAGE - 1)}…` };
}
