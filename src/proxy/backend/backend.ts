import type { Backend as BackendEntry, Certificate, EndpointSet } from '../../ir/table.ts';
import type { ConnectionBounds } from '../../ir/traffic.ts';
import type { ProxyLimits } from '../options.ts';
import { EndpointPool, endpointName, type PoolShared } from './endpoint-pool.ts';
import { BackendSecurity } from './security.ts';
import { BackendTraffic } from './traffic/traffic.ts';

/** One backend of the table with its endpoints. It outlives tables, so that connections do. */
export class Backend {
  readonly key: string;
  entry: BackendEntry;
  /** What its policy knows of it; null without a policy. */
  traffic: BackendTraffic | null;
  private security: BackendSecurity | null;
  private set: EndpointSet | null;
  private pools: Map<string, EndpointPool>;
  /** The endpoints that may get requests. */
  private ready: readonly EndpointPool[];
  /** Those that get requests now: without policy all of them. */
  private candidates: readonly EndpointPool[];
  /** What its pools have in common, where the policy has bounds of its own. */
  private bounded: PoolShared | null;
  private turn: number;

  constructor(key: string, entry: BackendEntry) {
    this.key = key;
    this.entry = entry;
    this.traffic = null;
    this.security = null;
    this.set = null;
    this.pools = new Map();
    this.ready = [];
    this.candidates = [];
    this.bounded = null;
    // Workers that start at different places do not all send their first request to the same endpoint.
    this.turn = Math.floor(Math.random() * 1_024);
  }

  /** The next endpoint in turn, none of `tried` while there are others; null without any. */
  next(tried: readonly EndpointPool[]): EndpointPool | null {
    const candidates = this.candidates;
    const count = candidates.length;
    if (count === 0) return null;
    let turn = this.turn + 1;
    if (turn >= count) turn %= count;
    this.turn = turn;
    const first = candidates[turn]!;
    if (tried.length === 0 || !tried.includes(first)) return first;
    for (let step = 1; step < count; step++) {
      const other = candidates[(turn + step) % count]!;
      if (!tried.includes(other)) return other;
    }
    return first;
  }

  /** The endpoints that get requests now. */
  get endpoints(): readonly EndpointPool[] {
    return this.candidates;
  }

  /** Whether requests go to another endpoint too, one that was not tried. */
  hasOther(pool: EndpointPool, tried: readonly EndpointPool[]): boolean {
    return this.candidates.some((candidate) => candidate !== pool && !tried.includes(candidate));
  }

  /**
   * Takes the entry of a new table. Connections that are secured otherwise are not kept. Throws when a certificate cannot be loaded.
   */
  secure(entry: BackendEntry, certificates: Readonly<Record<string, Certificate>>): void {
    this.entry = entry;
    const { security } = this;
    if (entry.tls === null ? security === null : security?.fits(entry.tls) === true) return;
    const next = entry.tls === null ? null : new BackendSecurity(this.key, entry.tls, certificates);
    this.dropPools();
    this.security = next;
  }

  /** Takes the policy of the entry. What is known of endpoints and circuits stays, as far as it still means something. */
  govern(before: BackendEntry, shared: PoolShared): void {
    const { entry } = this;
    const settings = entry.traffic ?? null;
    if (before === entry && (this.traffic?.settings ?? null) === settings) return;
    if (settings === null || before.protocol !== entry.protocol) this.ungovern();
    this.bound(settings?.connections ?? null, shared);
    if (settings === null) return;
    if (this.traffic !== null) {
      this.traffic.update(settings);
      this.choose();
      return;
    }
    this.traffic = new BackendTraffic(settings, {
      wheel: shared.wheel,
      counts: shared.counts,
      speaksHttp2: entry.protocol === 'h2c',
      changed: () => this.choose(),
    });
    this.traffic.setEndpoints(this.ready);
    this.choose();
  }

  /** Its table is served: requests come. */
  serve(): void {
    this.traffic?.serve();
  }

  /** Takes the endpoints of a new table. Pools of endpoints that stay are kept. */
  update(set: EndpointSet | undefined, shared: PoolShared): void {
    if (set !== undefined && set === this.set) return;
    this.set = set ?? null;
    const pools = new Map<string, EndpointPool>();
    const ready: EndpointPool[] = [];
    const terminating: EndpointPool[] = [];
    for (const endpoint of set?.addresses ?? []) {
      const name = endpointName(endpoint);
      const pool = this.pools.get(name) ?? new EndpointPool(endpoint, this.security, this.bounded ?? shared);
      pool.endpoint = endpoint;
      pools.set(name, pool);
      // KEP-1672: an endpoint that terminates is the last resort, as long as it still serves.
      if (endpoint.ready && !endpoint.terminating) ready.push(pool);
      else if (endpoint.serving && endpoint.terminating) terminating.push(pool);
    }
    for (const [name, pool] of this.pools) if (!pools.has(name)) pool.retire();
    this.pools = pools;
    this.ready = ready.length > 0 ? ready : terminating;
    this.traffic?.setEndpoints(this.ready);
    this.choose();
  }

  retire(): void {
    this.dropPools();
    this.ungovern();
  }

  private choose(): void {
    this.candidates = this.traffic === null ? this.ready : this.traffic.usable();
  }

  private ungovern(): void {
    this.traffic?.retire();
    this.traffic = null;
    this.candidates = this.ready;
  }

  /** Connections that were made under other bounds are not kept. */
  private bound(bounds: ConnectionBounds | null, shared: PoolShared): void {
    const limits = isBounding(bounds) ? boundedBy(shared.limits, bounds) : null;
    if (JSON.stringify(this.bounded?.limits ?? null) === JSON.stringify(limits)) return;
    this.bounded = limits === null ? null : { ...shared, limits };
    this.dropPools();
  }

  private dropPools(): void {
    for (const pool of this.pools.values()) pool.retire();
    this.pools.clear();
    this.ready = [];
    this.candidates = [];
    this.set = null;
  }
}

function isBounding(bounds: ConnectionBounds | null): bounds is ConnectionBounds {
  if (bounds === null) return false;
  return bounds.maxPerEndpoint !== null || bounds.maxPendingRequests !== null || bounds.connectTimeout !== null;
}

function boundedBy(limits: ProxyLimits, bounds: ConnectionBounds): ProxyLimits {
  return {
    ...limits,
    backendConnections: bounds.maxPerEndpoint ?? limits.backendConnections,
    backendPending: bounds.maxPendingRequests ?? limits.backendPending,
    connectTimeout: bounds.connectTimeout ?? limits.connectTimeout,
  };
}
