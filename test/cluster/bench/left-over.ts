import { setTimeout as sleep } from 'node:timers/promises';
import { type KubeObject, kube, until } from '../installed/cluster.ts';

/** Milliseconds: thousands of objects take the API server minutes to delete, and the controller hears of each. */
const PATIENCE = 900_000;
/** After the last of them, for what it left to be done. */
const SETTLE = 5_000;

/** Waits until nothing is there any more that a case has made, also one of a run before. */
export async function nothingLeftOver(): Promise<void> {
  let waited = false;
  await until(
    'what earlier cases have made is gone',
    async () => {
      const { items } = await kube.request<{ readonly items: readonly KubeObject[] }>('GET', '/api/v1/namespaces');
      const isGone = items.every(({ metadata }) => !metadata.name.startsWith('bench-'));
      waited ||= !isGone;
      return isGone;
    },
    PATIENCE,
  );
  if (waited) await sleep(SETTLE);
}
