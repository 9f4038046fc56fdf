import type { Snapshot, TableChange } from '../ir/delta.ts';
import type { SnapshotServer } from '../snapshot/server.ts';
import { acknowledgement } from './acknowledged.ts';
import { routeOfRule } from './behind.ts';
import type { Pin } from './pin/pin.ts';
import { type Lag, lagFrom } from './programmed.ts';

/** What may be shown otherwise than before. */
export type LagChanges = {
  /** `namespace/name` */
  readonly gateways: readonly string[];
  /** `httproute/<namespace>/<name>`, as the keys of its rules begin. */
  readonly routes: ReadonlySet<string>;
  /** More than `routes`: of some Gateway nothing was known and something is, or the other way round. */
  readonly allRoutes: boolean;
};

export type LagsOptions = {
  readonly snapshots: Pick<SnapshotServer, 'newest' | 'proxiesOf'>;
  /** The proxies of a Gateway that take traffic. */
  readonly ready: (gateway: string) => ReadonlySet<string>;
  /** The ports (`80/TCP`) that the Service of a Gateway's proxies leads to them; null when that is not known here. */
  readonly reached?: (gateway: string) => ReadonlySet<string> | null;
  /** Of a Gateway that has a pin. */
  readonly pinned?: (gateway: string) => Pinned | null;
};

/** `configured`: what the proxies would serve without the pin. */
export type Pinned = { readonly pin: Pin | 'unreadable'; readonly configured: Snapshot | null };

/** How far the proxies of each Gateway are, computed again only for those of which something was heard. */
export class Lags {
  readonly #options: LagsOptions;
  readonly #lags = new Map<string, Lag>();
  readonly #stale = new Set<string>();
  /** Routes that have a rule now, or have none any more. */
  #routes = new Set<string>();

  constructor(options: LagsOptions) {
    this.#options = options;
  }

  published({ table, keys }: Pick<TableChange, 'table' | 'keys'>): void {
    this.#stale.add(table.gateway);
    for (const key of keys.rules ?? []) this.#routes.add(routeOfRule(key));
  }

  /** One of a Gateway's proxies came, went, or answered. */
  heardOf(gateway: string): void {
    this.#stale.add(gateway);
  }

  forget(gateway: string): void {
    this.#stale.delete(gateway);
    this.#lags.delete(gateway);
  }

  of(gateway: string): Lag {
    return this.#lags.get(gateway) ?? this.#look(gateway);
  }

  update(): LagChanges {
    const routes = this.#routes;
    this.#routes = new Set();
    const gateways = [...this.#stale];
    let allRoutes = false;
    for (const gateway of gateways) {
      const before = this.#lags.get(gateway) ?? null;
      const lag = this.#look(gateway);
      this.#lags.set(gateway, lag);
      const retold = before?.message !== lag.message;
      const [was, is] = [before?.behind ?? null, lag.behind];
      if (was === null || is === null) {
        if (before === null || was !== is || retold) allRoutes = true;
        continue;
      }
      for (const route of is.routes) if (retold || !was.routes.has(route)) routes.add(route);
      for (const route of was.routes) if (retold || !is.routes.has(route)) routes.add(route);
    }
    this.#stale.clear();
    return { gateways, routes, allRoutes };
  }

  #look(gateway: string): Lag {
    const lag = this.#served(gateway);
    const ports = this.#options.reached?.(gateway) ?? null;
    return ports === null ? lag : withUnreached(lag, ports);
  }

  #served(gateway: string): Lag {
    const { snapshots, ready } = this.#options;
    const newest = snapshots.newest(gateway);
    if (newest === null) return lagFrom(null);
    const states = snapshots.proxiesOf(gateway);
    const taking = ready(gateway);
    const pinned = this.#options.pinned?.(gateway) ?? null;
    if (pinned === null) return lagFrom(acknowledgement(newest, taking, states));
    const serving = new Set(states.filter(({ revision }) => revision === newest.revision).map(({ proxy }) => proxy));
    const served = [...taking].every((proxy) => serving.has(proxy));
    const progress = acknowledgement(pinned.configured ?? newest, taking, states, newest.revision);
    return lagFrom({ ...progress, pin: { pin: pinned.pin, served } });
  }
}

/** A listener that every proxy serves is of no use to clients before the Service has its port. */
function withUnreached(lag: Lag, ports: ReadonlySet<string>): Lag {
  if (lag.desired === null || lag.behind === null) return lag;
  const listeners = new Set(lag.behind.listeners);
  for (const [key, { port, protocol }] of Object.entries(lag.desired.listeners)) {
    if (!ports.has(portKey(port, protocol))) listeners.add(key);
  }
  if (listeners.size === lag.behind.listeners.size) return lag;
  const message = lag.behind.listeners.size > 0 ? lag.message : 'the Service does not lead to the port yet';
  return { ...lag, message, behind: { ...lag.behind, listeners } };
}

/** @param protocol a listener's, or a Service port's. */
export function portKey(port: number, protocol: string | undefined): string {
  return `${port}/${protocol === 'UDP' ? 'UDP' : 'TCP'}`;
}
