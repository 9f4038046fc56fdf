/** Truthful statuses: `Programmed` is True only for what the proxies have acknowledged. */
import type { Condition } from '../ir/status.ts';
import type { ObjectStatus } from '../translate/index.ts';

/**
 * How far a Gateway's proxies are. `reason` is why they do not have the revision yet: the message of their refusal, or `''`
 * while they have not answered.
 */
export type Progress = { readonly desired: string; readonly acknowledged: string | null; readonly reason: string };

/**
 * The statuses as they may be shown: every `Programmed=True` of a Gateway and its listeners is withheld while the proxies
 * have not acknowledged the desired revision. `progressOf` is asked by the Gateway's `namespace/name`; null: nothing is served.
 * A status from which nothing is withheld is returned as it is.
 */
export function withholdProgrammed(
  statuses: readonly ObjectStatus[],
  progressOf: (gateway: string) => Progress | null,
): ObjectStatus[] {
  return statuses.map((object) => {
    if (object.kind !== 'Gateway') return object;
    const progress = progressOf(`${object.namespace}/${object.name}`);
    if (progress !== null && progress.acknowledged === progress.desired) return object;
    const message =
      progress === null || progress.reason === ''
        ? 'the proxies have not acknowledged the configuration yet'
        : `the proxies refused the configuration: ${progress.reason}`;
    const withhold = (condition: Condition): Condition =>
      condition.type === 'Programmed' && condition.status === 'True'
        ? { ...condition, status: 'False', reason: 'Pending', message }
        : condition;
    const { status } = object;
    return {
      ...object,
      status: {
        ...status,
        conditions: status.conditions.map(withhold),
        listeners: status.listeners.map((listener) => ({ ...listener, conditions: listener.conditions.map(withhold) })),
      },
    };
  });
}
