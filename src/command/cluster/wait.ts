import { setTimeout as sleep } from 'node:timers/promises';
import type { ShownProxy } from '../../admin/source.ts';
import type { Console } from '../command.ts';
import type { ShownHistory } from '../controller/source.ts';
import type { ControllerApi } from './controller-api.ts';

/** Milliseconds. */
const PATIENCE = 30_000;
const PAUSE = 250;

/**
 * Waits until every ready proxy of a Gateway serves what it should, and tells. Returns the exit code.
 * @param pinned the revision that the Gateway is to be pinned to; null: to none.
 */
export async function waitForProxies(
  controller: ControllerApi,
  gateway: string,
  pinned: string | null,
  console: Console,
): Promise<number> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    const history = await controller.get<ShownHistory>('/history', [['gateway', gateway]]);
    const { proxies } = await controller.get<{ proxies: readonly ShownProxy[] }>('/proxies', [['gateway', gateway]]);
    const ready = proxies.filter((proxy) => proxy.ready);
    const serving = ready.filter(({ revision }) => revision === history.published);
    const told = `${serving.length} of ${ready.length} ready proxies serve it\n`;
    if ((history.pinned?.revision ?? null) === pinned && serving.length === ready.length) {
      console.out(told);
      return 0;
    }
    if (performance.now() > end) {
      console.err(`after ${PATIENCE / 1000} s, ${told}`);
      for (const { proxy, rejected } of ready) {
        if (rejected !== null)
          console.err(`proxy ${proxy} refused revision ${rejected.revision}: ${rejected.reason}\n`);
      }
      return 1;
    }
    await sleep(PAUSE);
  }
}
