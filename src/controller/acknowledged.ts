import type { Snapshot } from '../ir/delta.ts';
import type { ProxyState } from '../snapshot/session.ts';
import type { Progress } from './programmed.ts';

/** How far the ready proxies of a Gateway are with its newest table. */
export function acknowledgement(
  desired: Snapshot,
  ready: ReadonlySet<string>,
  states: readonly ProxyState[],
): Progress {
  const { revision } = desired;
  const own = states.filter(({ gateway }) => gateway === desired.table.gateway);
  for (const proxy of ready) {
    const state = own.find((one) => one.proxy === proxy);
    if (state?.revision === revision) continue;
    const reason = state?.rejected?.revision === revision ? (state.rejected.rejected ?? '') : '';
    return { desired: revision, acknowledged: null, reason };
  }
  return { desired: revision, acknowledged: ready.size === 0 ? null : revision, reason: '' };
}
