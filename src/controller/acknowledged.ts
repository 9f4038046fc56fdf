import type { Snapshot } from '../ir/delta.ts';
import type { ProxyState } from '../snapshot/session.ts';
import type { Progress } from './programmed.ts';

/**
 * How far the ready proxies of a Gateway are with its newest table.
 * @param states what is known of connected proxies, each one once.
 */
export function acknowledgement(
  desired: Snapshot,
  ready: ReadonlySet<string>,
  states: readonly ProxyState[],
): Progress {
  const { table, revision } = desired;
  const ofProxy = new Map(states.filter(({ gateway }) => gateway === table.gateway).map((one) => [one.proxy, one]));
  let refused = '';
  const acknowledged = [...ready].map((proxy) => {
    const state = ofProxy.get(proxy);
    if (state?.rejected?.revision === revision) refused = state.rejected.rejected ?? '';
    if (state === undefined) return null;
    return state.revision === revision ? table : (state.held?.table ?? null);
  });
  return { desired: table, acknowledged, refused };
}
