import type { EventRecorder, Happening } from '../kube/event.ts';
import type { SnapshotServer } from '../snapshot/server.ts';
import type { ProxyState } from '../snapshot/session.ts';
import { happeningsOf } from './status/happenings.ts';
import type { StatusTarget } from './status/writer.ts';
import type { World } from './world.ts';

/** Milliseconds after which a proxy that does not serve the newest table is worth a word. */
const LONG = 30_000;
const LOOK = 10_000;

export type WarningsOptions = {
  readonly events: EventRecorder;
  readonly world: World;
  readonly snapshots: Pick<SnapshotServer, 'proxies' | 'behindSince'>;
  /** Only one replica speaks. */
  readonly leading: () => boolean;
};

/** Events about what a user must act on, beside the conditions that say how things are. */
export class Warnings {
  readonly #options: WarningsOptions;

  constructor(options: WarningsOptions) {
    this.#options = options;
  }

  /** Looks for proxies that stay behind, until `signal` aborts. */
  run(signal: AbortSignal): void {
    const looks = setInterval(() => this.#lookForLate(), LOOK);
    signal.addEventListener('abort', () => clearInterval(looks), { once: true });
  }

  statusWritten(target: StatusTarget): void {
    for (const happening of happeningsOf(target)) this.#options.events.record(happening);
  }

  answered({ gateway, proxy, rejected }: ProxyState): void {
    if (rejected?.rejected == null) return;
    this.#ofGateway(gateway, 'ConfigurationRefused', 'Push', `proxy ${proxy} refused it: ${rejected.rejected}`);
  }

  infrastructureFailed(gateway: string, what: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#ofGateway(gateway, 'InfrastructureFailed', 'Apply', `${what} could not be written: ${reason}`);
  }

  #lookForLate(): void {
    const { snapshots } = this.#options;
    for (const { gateway, proxy } of snapshots.proxies()) {
      const since = snapshots.behindSince(proxy);
      if (since === null || Date.now() - since < LONG) continue;
      const note = `proxy ${proxy} has not served the newest configuration for more than ${LONG / 1000} s`;
      this.#ofGateway(gateway, 'ProxyBehind', 'Push', note);
    }
  }

  #ofGateway(gateway: string, reason: string, action: string, note: string): void {
    const { events, world, leading } = this.#options;
    const [namespace, name] = gateway.split('/') as [string, string];
    const stored = world.get('Gateway', namespace, name)?.stored;
    if (!leading() || stored === undefined) return;
    const { apiVersion, kind, metadata } = stored;
    const regarding: Happening['regarding'] = { apiVersion, kind, namespace, name, uid: metadata.uid ?? '' };
    events.record({ regarding, type: 'Warning', reason, action, note });
  }
}
