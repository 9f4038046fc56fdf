/** What the API server tells of objects, as it tells it. */
import { type KubeObject, kube, pathOf } from './cluster.ts';

export type WatchEvent = { readonly type: string; readonly object: KubeObject };

export class Watch {
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  /** Tells `seen` of each event of a kind in a namespace, of one object only when `name` is not empty. */
  constructor(kind: string, namespace: string, name: string, seen: (event: WatchEvent) => void) {
    this.#running = this.#run(kind, namespace, name, seen);
    // Told by stop().
    this.#running.catch(() => {});
  }

  /** Throws what ended it before. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(kind: string, namespace: string, name: string, seen: (event: WatchEvent) => void): Promise<void> {
    const query = { watch: true, ...(name === '' ? {} : { fieldSelector: `metadata.name=${name}` }) };
    try {
      for await (const line of kube.lines(pathOf(kind, namespace), query, this.#stop.signal)) seen(JSON.parse(line));
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }
}
