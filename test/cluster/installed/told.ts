/** What the statuses of a namespace's Gateways and routes say, as soon as they say it. */
import { ROUTE_PROGRAMMED } from '../../../src/controller/programmed.ts';
import type { KubeObject } from './cluster.ts';
import { Watch } from './watch.ts';

type Condition = { readonly type: string; readonly status: string; readonly observedGeneration: number };
type See = (object: KubeObject) => void;

/** Milliseconds. */
const PATIENCE = 180_000;

export class Told {
  readonly #watches: readonly Watch[];
  readonly #seeing = new Map<string, Set<See>>();
  readonly #latest = new Map<string, KubeObject>();

  constructor(namespace: string) {
    this.#watches = ['Gateway', 'HTTPRoute'].map(
      (kind) => new Watch(kind, namespace, '', ({ object }) => this.#saw(kind, object)),
    );
  }

  /** Resolves at the first status, from now on or the last so far, of which `holds` is true. */
  until(kind: 'Gateway' | 'HTTPRoute', name: string, holds: (object: KubeObject) => boolean): Promise<void> {
    const key = `${kind}/${name}`;
    const latest = this.#latest.get(key);
    if (latest !== undefined && holds(latest)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${key}: not said in ${PATIENCE / 1000} s`)), PATIENCE);
      const forget = this.each(kind, name, (object) => {
        if (!holds(object)) return;
        clearTimeout(late);
        forget();
        resolve();
      });
    });
  }

  /** Calls `see` with each status from now on, until what is returned is called. */
  each(kind: 'Gateway' | 'HTTPRoute', name: string, see: See): () => void {
    const key = `${kind}/${name}`;
    const all = this.#seeing.get(key) ?? new Set();
    this.#seeing.set(key, all.add(see));
    return () => void all.delete(see);
  }

  async stop(): Promise<void> {
    for (const watch of this.#watches) await watch.stop();
  }

  #saw(kind: string, object: KubeObject): void {
    const key = `${kind}/${object.metadata.name}`;
    this.#latest.set(key, object);
    for (const see of [...(this.#seeing.get(key) ?? [])]) see(object);
  }
}

/** Whether a route is said to be programmed as it is in a generation, or a later one. */
export function routeTruth({ status }: KubeObject, generation: number): boolean {
  return isTrue(status?.parents?.[0]?.conditions ?? [], ROUTE_PROGRAMMED, generation);
}

/** The same of a Gateway and all of its listeners. */
export function gatewayTruth({ status }: KubeObject, generation: number): boolean {
  const lists: Condition[][] = [status.conditions ?? []];
  for (const listener of status.listeners ?? []) lists.push(listener.conditions);
  return lists.every((conditions) => isTrue(conditions, 'Programmed', generation));
}

function isTrue(conditions: readonly Condition[], type: string, generation: number): boolean {
  return conditions.some((one) => one.type === type && one.status === 'True' && one.observedGeneration >= generation);
}
