import type { Backend as BackendEntry, Certificate, EndpointSet } from '../../ir/table.ts';
import { EndpointPool, endpointName, type PoolShared } from './endpoint-pool.ts';
import { BackendSecurity } from './security.ts';

/** One backend of the table with its endpoints. It outlives tables, so that connections do. */
export class Backend {
  readonly key: string;
  entry: BackendEntry;
  private security: BackendSecurity | null;
  private set: EndpointSet | null;
  private pools: Map<string, EndpointPool>;
  /** The endpoints that get requests now. */
  private candidates: readonly EndpointPool[];
  private turn: number;

  constructor(key: string, entry: BackendEntry) {
    this.key = key;
    this.entry = entry;
    this.security = null;
    this.set = null;
    this.pools = new Map();
    this.candidates = [];
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
    this.retire();
    this.security = next;
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
      const pool = this.pools.get(name) ?? new EndpointPool(endpoint, this.security, shared);
      pool.endpoint = endpoint;
      pools.set(name, pool);
      // KEP-1672: an endpoint that terminates is the last resort, as long as it still serves.
      if (endpoint.ready && !endpoint.terminating) ready.push(pool);
      else if (endpoint.serving && endpoint.terminating) terminating.push(pool);
    }
    for (const [name, pool] of this.pools) if (!pools.has(name)) pool.retire();
    this.pools = pools;
    this.candidates = ready.length > 0 ? ready : terminating;
  }

  retire(): void {
    for (const pool of this.pools.values()) pool.retire();
    this.pools.clear();
    this.candidates = [];
    this.set = null;
  }
}
