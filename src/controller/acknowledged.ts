import type { Snapshot } from '../ir/delta.ts';
import type { ProxyState } from '../snapshot/session.ts';
import type { Progress } from './programmed.ts';

/**
 * How far the ready proxies of a Gateway are with its newest table.
 * @param desired the table of which it is asked, acknowledged or not.
 * @param states what is known of connected proxies, each one once.
 * @param published the revision that the proxies are to have; another one than `desired` while a Gateway is pinned.
 */
export function acknowledgement(
  desired: Snapshot,
  ready: ReadonlySet<string>,
  states: readonly ProxyState[],
  published = desired.revision,
): Progress {
  const { table, revision } = desired;
  const ofProxy = new Map(states.filter(({ gateway }) => gateway === table.gateway).map((one) => [one.proxy, one]));
  let refused = '';
  const acknowledged = [...ready].map((proxy) => {
    const state = ofProxy.get(proxy);
    if (state?.rejected?.revision === published) refused = state.rejected.rejected ?? '';
    if (state === undefined) return null;
    return state.revision === revision ? table : (state.held?.table ?? null);
  });
  return { desired: table, acknowledged, refused };
}
