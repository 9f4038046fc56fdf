/** Many objects at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../../../src/kube/error.ts';
import { create, type KubeObject } from '../installed/cluster.ts';
import { httpRoute } from '../installed/shop.ts';

/** Requests under way at once. */
const PARALLEL = 16;

export async function inParallel(count: number, one: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < count; index = next++) await one(index);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

/** Creates an object however busy the API server is; one that is there already is what was wanted. */
export async function made(object: KubeObject): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await create(object);
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.conflict) return;
      if (attempt === 5 || (error.status !== 0 && error.status !== 429 && error.status < 500)) throw error;
      await sleep(500 * attempt);
    }
  }
}

/** Routes to one backend, each with a path of its own. */
export async function fill(namespace: string, from: number, to: number): Promise<void> {
  await inParallel(Math.max(0, to - from), (index) => {
    const name = `filled-${from + index}`;
    return made(httpRoute(namespace, name, `/${name}`));
  });
}

/** Resolves when `look` has given the same value for two seconds. */
export async function settled<T>(look: () => Promise<T>): Promise<T> {
  let last = await look();
  let since = performance.now();
  while (performance.now() - since < 2_000) {
    await sleep(250);
    const now = await look();
    if (now === last) continue;
    last = now;
    since = performance.now();
  }
  return last;
}
