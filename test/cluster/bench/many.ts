/** Many objects at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from '../../../src/kube/error.ts';
import { condition, create, type KubeObject, list } from '../installed/cluster.ts';
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

/** Resolves when every route of the namespace says that all proxies serve it: nothing is worked off any more. */
export async function allProgrammed(namespace: string): Promise<void> {
  const isProgrammed = ({ status }: KubeObject) =>
    condition(status?.parents?.[0], 'headgate.dev/Programmed') === 'True';
  for (const end = performance.now() + 600_000; performance.now() < end; await sleep(2_000)) {
    if ((await list('HTTPRoute', namespace)).every(isProgrammed)) return;
  }
  throw new Error(`after ten minutes not every route of ${namespace} is programmed`);
}
