import { Reconciler } from '../infra/reconcile.ts';
import type { Installation } from '../infra/settings.ts';
import type { RoutingTable } from '../ir/table.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Logger } from '../observe/log.ts';
import { Batch } from './batch.ts';
import type { Children } from './children.ts';
import { Infrastructure } from './infrastructure.ts';
import type { ControllerMetrics } from './metrics.ts';
import type { Asked } from './parameters/rollout.ts';
import { withPinnedListeners } from './pin/listeners.ts';
import type { Pin } from './pin/pin.ts';
import type { World } from './world.ts';

/** Milliseconds until objects of Gateways that could not be written are tried again. */
const RETRY = 5_000;

export type InfrastructureBatchOptions = {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly metrics: ControllerMetrics;
  readonly world: World;
  readonly children: Children;
  readonly installation: Installation;
  /** Of all Gateways of ours; null while they are not known, or not this replica's to write for. */
  readonly tables: () => readonly RoutingTable[] | null;
  readonly pin: (gateway: string) => Pin | null;
  /** What was asked of the proxies of each Gateway. */
  readonly applied: (asked: ReadonlyMap<string, Asked>) => void;
  /** An object of a Gateway could not be written; it is tried again. */
  readonly failed: (gateway: string, what: string, error: unknown) => void;
};

/**
 * Writes the objects of Gateways when what they follow from has changed. It has a pace of its own: the API server is waited
 * for, and tables must not be.
 */
export class InfrastructureBatch {
  readonly #options: InfrastructureBatchOptions;
  readonly #infrastructure: Infrastructure;
  readonly #batch: Batch;
  #installation: Installation;
  /** The Gateway whose objects are being written; `''` for none. */
  #applying = '';
  #retry: NodeJS.Timeout | null = null;

  constructor(options: InfrastructureBatchOptions) {
    const { children, client, installation, log, pin, world } = options;
    this.#options = options;
    this.#installation = installation;
    const reconciler = new Reconciler({
      client,
      fieldManager: installation.instance,
      live: (kind, namespace, name) => children.get(kind, namespace, name),
      failed: (what, error) => this.#failed(what, error),
    });
    this.#infrastructure = new Infrastructure({
      world,
      children,
      reconciler,
      reached: (gateway) => {
        this.#applying = `${gateway.metadata.namespace}/${gateway.metadata.name}`;
        const pinned = pin(this.#applying);
        return pinned === null ? gateway : withPinnedListeners(gateway, pinned.table);
      },
    });
    this.#batch = new Batch(
      () => this.#apply(),
      (error) => log.error({ err: error }, 'the objects of Gateways could not be brought to what they should be'),
    );
  }

  start(): void {
    this.#batch.start();
  }

  stop(): void {
    this.#batch.stop();
    if (this.#retry !== null) clearTimeout(this.#retry);
  }

  changed(): void {
    this.#batch.changed();
  }

  /** Other authorities: every proxy is told. */
  trust(caBundle: string): void {
    this.#installation = { ...this.#installation, caBundle };
    this.#batch.changed();
  }

  async #apply(): Promise<void> {
    // Whoever does not know the Gateways must not take what was made for them for left over.
    const tables = this.#options.tables();
    if (tables === null) return;
    const gateways = tables.map(({ gateway }) => gateway);
    const listenersOf = new Map(tables.map(({ gateway, listeners }) => [gateway, Object.entries(listeners)]));
    const portsOf = (gateway: string) =>
      (listenersOf.get(gateway) ?? [])
        .filter(([key]) => key.startsWith('listenerset/'))
        .map(([, listener]) => listener);
    const asked = await this.#infrastructure.apply(gateways, this.#installation, portsOf);
    this.#applying = '';
    this.#options.applied(asked);
  }

  #failed(what: string, error: unknown): void {
    const { failed, log, metrics } = this.#options;
    metrics.infrastructureFailed();
    log.error({ err: error }, `${what} could not be brought to what it should be`);
    if (this.#applying !== '') failed(this.#applying, what, error);
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      this.#batch.changed();
    }, RETRY);
  }
}
