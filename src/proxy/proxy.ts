import type { Snapshot } from '../ir/delta.ts';
import { inSlices } from '../ir/steps.ts';
import { mapsOf } from '../ir/table-maps.ts';
import { AccessEntry, AccessLog } from '../observe/access-log.ts';
import { Registry, type Serialised } from '../observe/metrics.ts';
import { Backends } from './backend/backends.ts';
import { compileSliced } from './compile/compile.ts';
import type { CompiledTable } from './compile/compiled.ts';
import { MessageWriter } from './http1/writer.ts';
import { Fronts } from './listen/fronts.ts';
import { ProxyMetrics } from './metrics.ts';
import { type ProxyOptions, type ProxySettings, proxyOptions } from './options.ts';
import { TrustedHops } from './peer.ts';
import { publishCache } from './policy/cache/metrics.ts';
import { CacheStore } from './policy/cache/store.ts';
import { PolicyTable } from './policy/policy-table.ts';
import { machineTime } from './policy/rate-limit/bound.ts';
import { SoleCounts } from './policy/rate-limit/counter.ts';
import type { FromLessee, ToLessee } from './policy/rate-limit/lease.ts';
import { LeasedCounts } from './policy/rate-limit/leased-counts.ts';
import { Notes } from './policy/rate-limit/notes.ts';
import { RateLimits } from './policy/rate-limit/rate-limits.ts';
import { PolicyState } from './policy/state.ts';
import type { Runtime } from './runtime.ts';
import { StreamMetrics } from './stream/series.ts';
import { TimerWheel } from './timer-wheel.ts';
import { ReadPool } from './wire.ts';

const STANDARD_OUTPUT = 1;

/** How often a drain looks whether the last connection has gone, in milliseconds. */
const DRAIN_POLL = 20;

/** Whoever counts for several processes, of which this one is one of `workers`. */
export type Lender = { readonly workers: number; readonly send: (message: FromLessee) => void };

/** Who counts for whom; null: there is nobody else. */
export type Lenders = {
  /** For the workers of this pod. */
  readonly pod: Lender | null;
  /** For the workers of this pod and, as far as it hears of them, the other proxies of its Gateway. */
  readonly gateway: Lender | null;
};

const ALONE: Lenders = { pod: null, gateway: null };

/** Leases of which the lender hears how much of them was used. */
function sharedLeases({ workers, send }: Lender, wheel: TimerWheel): LeasedCounts {
  const notes = new Notes(machineTime, (noted) => send({ asks: [], returns: [], notes: noted }));
  return new LeasedCounts(workers, wheel, machineTime, send, notes);
}

/** One process' data path: it serves tables until it is told to stop. */
export class Proxy {
  readonly registry: Registry;
  private readonly options: ProxyOptions;
  private readonly runtime: Runtime;
  private readonly fronts: Fronts;
  /** By Gateway: what is served, or will be when it listens. */
  private readonly served: Map<string, { snapshot: Snapshot; compiled: CompiledTable; policies: PolicyTable }>;
  private readonly policyState: PolicyState;
  private readonly leases: LeasedCounts | null;
  private readonly sharedLeases: LeasedCounts | null;
  /** Null while no policy has asked for it. */
  private routeLog: AccessLog | null;
  private isListening: boolean;
  /** Tables are applied one after the other. */
  private last: Promise<unknown>;

  /**
   * `onBug` is told of exceptions that should not be; without `lenders` rate limits are this process' alone. Throws a RangeError when a
   * setting is not valid.
   */
  constructor(settings: ProxySettings = {}, onBug: (error: unknown) => void = () => {}, lenders: Lenders = ALONE) {
    this.options = proxyOptions(settings);
    this.registry = new Registry();
    this.routeLog = null;
    const wheel = new TimerWheel();
    const reads = new ReadPool();
    const backends = new Backends(this.options.limits, wheel, reads, onBug);
    const { accessLog } = this.options;
    const { pod, gateway } = lenders;
    this.leases = pod === null ? null : new LeasedCounts(pod.workers, wheel, machineTime, pod.send);
    this.sharedLeases = gateway === null ? null : sharedLeases(gateway, wheel);
    const counts = this.leases ?? new SoleCounts();
    this.runtime = {
      options: this.options,
      wheel,
      reads,
      writer: new MessageWriter(),
      metrics: new ProxyMetrics(this.registry, backends.counts),
      streams: new StreamMetrics(this.registry),
      backends,
      rateLimits: new RateLimits(this.registry, counts, this.sharedLeases ?? counts),
      trusted: new TrustedHops(this.options.trustedProxies),
      proxied: new TrustedHops(this.options.proxyProtocolFrom, 'proxyProtocolFrom'),
      accessLog: accessLog === null ? null : new AccessLog(accessLog, this.registry),
      accessEntry: new AccessEntry(),
      routeLog: () => {
        this.routeLog ??= new AccessLog({ target: STANDARD_OUTPUT }, accessLog === null ? this.registry : null);
        return this.routeLog;
      },
      mirrors: 0,
      isDraining: false,
      cache: new CacheStore(this.options.limits.cacheBytes),
      bug: onBug,
    };
    publishCache(this.registry, this.runtime.cache);
    this.fronts = new Fronts(this.runtime);
    this.served = new Map();
    this.policyState = new PolicyState();
    this.isListening = false;
    this.last = Promise.resolve();
  }

  /**
   * Serves a table instead of the Gateway's earlier one, without dropping a connection. Rejects when it cannot be served;
   * then the earlier one is served on.
   */
  apply(snapshot: Snapshot): Promise<void> {
    return this.inTurn(() => this.serve(snapshot));
  }

  /** Stops serving a Gateway. Its connections end after the exchange they have. */
  remove(gateway: string): Promise<void> {
    return this.inTurn(async () => {
      const before = this.served.get(gateway);
      this.served.delete(gateway);
      if (before !== undefined) this.runtime.metrics.release(before.compiled.rules.values());
      this.fronts.remove(gateway);
      this.runtime.backends.remove(gateway);
      this.retain();
    });
  }

  /** Opens the sockets of what was applied so far, and from now on those of what is applied. */
  listen(): Promise<void> {
    return this.inTurn(async () => {
      this.isListening = true;
      for (const { snapshot } of [...this.served.values()]) await this.serve(snapshot);
    });
  }

  /** Where tables are served: the listener's port as the Gateway has it, and the one that is bound. */
  get addresses(): Fronts['addresses'] {
    return this.fronts.addresses;
  }

  /** What is served of a Gateway; null for nothing. */
  snapshot(gateway: string): Snapshot | null {
    return this.served.get(gateway)?.snapshot ?? null;
  }

  /** Open connections of clients. */
  get openConnections(): number {
    return this.fronts.openConnections;
  }

  metrics(): Serialised {
    return this.registry.collect();
  }

  /**
   * Ends gracefully. For `drainDelay` connections are still accepted, tables are still taken, and every response announces
   * the end of its connection; then nothing is accepted, requests under way have `drainTimeout` to finish, and the rest is
   * cut off.
   */
  async drain(): Promise<void> {
    const { drainDelay, drainTimeout } = this.options;
    this.runtime.isDraining = true;
    if (drainDelay > 0) await pause(drainDelay);
    await this.inTurn(async () => {
      this.isListening = false;
      this.fronts.stop();
    });
    const end = performance.now() + drainTimeout;
    while (this.fronts.openConnections > 0 && performance.now() < end) await pause(DRAIN_POLL);
    await this.close();
  }

  /** Takes in what a lender says. */
  hearLender(from: keyof Lenders, message: ToLessee): void {
    const leases = from === 'pod' ? this.leases : this.sharedLeases;
    leases?.hear(message);
  }

  /** Opens the file of the access log anew, after a rotation moved it. */
  reopenAccessLog(): void {
    this.runtime.accessLog?.reopen();
  }

  /** Empties a region of the cache, `namespace/name`. */
  flushCache(region: string): void {
    this.runtime.cache.flushNamed(region);
  }

  /** Writes what the access log still holds, without giving way: for a process that ends. */
  flushAccessLog(): void {
    this.runtime.accessLog?.flushSync();
    this.routeLog?.flushSync();
  }

  /** Ends everything at once. */
  async close(): Promise<void> {
    this.runtime.isDraining = true;
    await this.inTurn(async () => {
      this.isListening = false;
    });
    this.fronts.destroy();
    this.runtime.backends.close();
    await this.runtime.accessLog?.close();
    await this.routeLog?.close();
  }

  private async serve(snapshot: Snapshot): Promise<void> {
    const { table } = snapshot;
    const before = this.served.get(table.gateway) ?? null;
    const compiled =
      before?.snapshot === snapshot ? before.compiled : await compileSliced(table, before?.compiled ?? null);
    const policies =
      before?.snapshot === snapshot
        ? before.policies
        : new PolicyTable(compiled, this.runtime, this.policyState, before?.policies ?? null);
    if (this.isListening) {
      const backends = this.runtime.backends.prepare(table);
      await this.fronts.serve(compiled, backends, policies);
      this.runtime.backends.commit(table.gateway, backends);
    }
    this.served.set(table.gateway, { snapshot, compiled, policies });
    if (before === null || before.compiled === compiled) return;
    await inSlices(this.runtime.metrics.release(compiled.gone));
    const [old, now] = [mapsOf(before.compiled.table), mapsOf(table)];
    if (old.policies !== now.policies || old.streams !== now.streams) this.retain();
  }

  /** What was kept for streams and policies that no table has any more is forgotten. */
  private retain(): void {
    const policies = new Set<string>();
    const streams = new Set<object>();
    for (const { compiled } of this.served.values()) {
      for (const [key] of mapsOf(compiled.table).policies.entries()) policies.add(key);
      for (const stream of compiled.streams.values()) streams.add(stream);
    }
    this.policyState.retain(policies);
    this.runtime.streams.retain((stream) => streams.has(stream));
  }

  private inTurn(step: () => Promise<void>): Promise<void> {
    const turn = this.last.then(step);
    this.last = turn.catch(() => {});
    return turn;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
