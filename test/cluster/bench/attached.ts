/** How soon a Gateway counts a thousand routes that are made, and deleted, at once, and how often its status is written. */
import { setTimeout as sleep } from 'node:timers/promises';
import { kube, makeNamespace, pathOf, remove, removeNamespace, until } from '../installed/cluster.ts';
import { startBackend, startGateway } from '../installed/shop.ts';
import { fill, inParallel } from './many.ts';

const ROUTES = 1_000;

export type Attached = {
  readonly routes: number;
  /** From the last creation's answer to the exact count. */
  readonly secondsUntilCounted: number;
  /** From the last deletion's answer to none. */
  readonly secondsUntilGone: number;
  /** Of the Gateway's status, in all. */
  readonly writes: number;
};

export async function attached(say: (line: string) => void): Promise<Attached> {
  const namespace = await makeNamespace('bench-attached');
  const stop = new AbortController();
  try {
    await Promise.all([startGateway(namespace), startBackend(namespace, 'echo', 1)]);
    const seen = { writes: 0, count: -1, at: 0 };
    const watching = watch(namespace, stop.signal, seen);
    await until('the Gateway counts no route', async () => seen.count === 0);
    seen.writes = 0;

    await fill(namespace, 0, ROUTES);
    const made = performance.now();
    await until(`${ROUTES} routes are counted`, async () => seen.count === ROUTES);
    const secondsUntilCounted = Math.max(0, seen.at - made) / 1000;
    await inParallel(ROUTES, (index) => remove('HTTPRoute', namespace, `filled-${index}`));
    const deleted = performance.now();
    await until('no route is counted', async () => seen.count === 0);
    const secondsUntilGone = Math.max(0, seen.at - deleted) / 1000;
    await sleep(1_000);
    stop.abort();
    await watching;
    const result = { routes: ROUTES, secondsUntilCounted, secondsUntilGone, writes: seen.writes };
    say(
      `  counted ${secondsUntilCounted.toFixed(2)} s after the last of ${ROUTES}, ` +
        `none ${secondsUntilGone.toFixed(2)} s after the last deletion, ${seen.writes} writes`,
    );
    return result;
  } finally {
    stop.abort();
    await removeNamespace(namespace);
  }
}

async function watch(
  namespace: string,
  signal: AbortSignal,
  seen: { writes: number; count: number; at: number },
): Promise<void> {
  try {
    for await (const line of kube.lines(pathOf('Gateway', namespace), { watch: true }, signal)) {
      const { type, object } = JSON.parse(line);
      if (type === 'MODIFIED') seen.writes += 1;
      seen.count = object.status?.listeners?.[0]?.attachedRoutes ?? -1;
      seen.at = performance.now();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
