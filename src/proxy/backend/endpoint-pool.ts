import type { Endpoint } from '../../ir/table.ts';
import { ERRORS } from '../exchange/error.ts';
import { SessionPool } from '../h2/session-pool.ts';
import type { ProxyLimits } from '../options.ts';
import type { TimerWheel } from '../timer-wheel.ts';
import type { ReadPool } from '../wire.ts';
import type { Carrier } from './carrier.ts';
import { BackendConnection } from './connection.ts';
import type { Departures } from './departures.ts';
import { PendingQueue } from './pending-queue.ts';
import type { ResponseSink } from './response-sink.ts';
import type { BackendSecurity } from './security.ts';
import { EndpointLoad } from './traffic/endpoint-load.ts';

/** What pools count, over all of them. */
export type PoolCounts = {
  connects: number;
  connectFailures: number;
  reuses: number;
  open: number;
  waiting: number;
  /** Endpoints that health checks leave out. */
  leftOut: number;
  /** Circuits that are open or half open, and how often one has opened. */
  openCircuits: number;
  openings: number;
};

/** Of a process that has just started. */
export function noPoolCounts(): PoolCounts {
  return {
    connects: 0,
    connectFailures: 0,
    reuses: 0,
    open: 0,
    waiting: 0,
    leftOut: 0,
    openCircuits: 0,
    openings: 0,
  };
}

/** What the pools of a process have in common. */
export type PoolShared = {
  readonly limits: ProxyLimits;
  readonly wheel: TimerWheel;
  readonly reads: ReadPool;
  readonly counts: PoolCounts;
  readonly departures: Departures;
  /** Told of exceptions that should not be. */
  readonly bug: (error: unknown) => void;
};

/** The connections of one process to one endpoint: the newest idle one first, a bound, and a queue behind it. */
export class EndpointPool {
  endpoint: Endpoint;
  /** `address:port`, for logs. */
  readonly name: string;
  readonly shared: PoolShared;
  /** Null: in plaintext. */
  readonly security: BackendSecurity | null;
  private readonly limits: ProxyLimits;
  private readonly counts: PoolCounts;
  private readonly idle: BackendConnection[];
  private readonly pending: PendingQueue;
  private open: number;
  private isRetired: boolean;
  /** For requests that go in HTTP/2; null while there was none. */
  private sessions: SessionPool | null;
  /** For balancers. */
  readonly load: EndpointLoad;

  constructor(endpoint: Endpoint, security: BackendSecurity | null, shared: PoolShared) {
    this.endpoint = endpoint;
    this.name = endpointName(endpoint);
    this.shared = shared;
    this.security = security;
    this.limits = shared.limits;
    this.counts = shared.counts;
    this.idle = [];
    this.pending = new PendingQueue(shared.limits, shared.counts, shared.wheel);
    this.open = 0;
    this.isRetired = false;
    this.sessions = null;
    this.load = new EndpointLoad(this.name);
  }

  /** An open connection that waits for a request, or a new stream of one, now the sink's; null when there is none. */
  reuse(sink: ResponseSink): Carrier | null {
    if (sink.speaksHttp2) return this.sessions === null ? null : this.sessions.reuse(sink);
    const connection = this.idle.pop();
    if (connection === undefined) return null;
    this.counts.reuses++;
    connection.take(sink);
    return connection;
  }

  /**
   * Opens a connection for the sink, or queues the sink for the next free one; `sink.connected` or `sink.backendFailed`
   * follows. False when the queue is full too.
   */
  connect(sink: ResponseSink): boolean {
    if (sink.speaksHttp2) {
      this.sessions ??= new SessionPool(this);
      return this.sessions.connect(sink);
    }
    if (this.open < this.limits.backendConnections) {
      this.openFor(sink);
      return true;
    }
    return this.pending.add(sink);
  }

  /** Opens a connection for a check, whatever the bound: requests that wait must not make an endpoint look ill. */
  probe(sink: ResponseSink): void {
    if (!sink.speaksHttp2) this.openFor(sink);
    else if (!this.connect(sink)) sink.backendFailed(ERRORS.overflow);
  }

  /** The sink no longer waits in the queue. */
  cancel(sink: ResponseSink): void {
    if (sink.speaksHttp2) {
      this.sessions?.cancel(sink);
      return;
    }
    this.pending.cancel(sink);
  }

  /** Takes a connection that is idle again; false when it is not wanted. */
  keep(connection: BackendConnection): boolean {
    if (this.isRetired) return false;
    const next = this.pending.next();
    if (next !== undefined) {
      this.counts.reuses++;
      connection.take(next);
      next.connected(connection);
      return true;
    }
    if (this.idle.length >= this.limits.backendIdleConnections) return false;
    this.idle.push(connection);
    return true;
  }

  /** The endpoint is no more: requests under way finish, nothing is kept. */
  retire(): void {
    this.isRetired = true;
    for (const connection of this.idle.splice(0)) connection.destroy();
    this.sessions?.retire();
  }

  // Told by connections

  opened(): void {
    this.counts.connects++;
  }

  connectFailed(): void {
    this.counts.connectFailures++;
  }

  closed(connection: BackendConnection): void {
    this.open--;
    this.counts.open--;
    const index = this.idle.lastIndexOf(connection);
    if (index !== -1) this.idle.splice(index, 1);
    const next = this.pending.next();
    if (next !== undefined) this.openFor(next);
  }

  private openFor(sink: ResponseSink): void {
    this.open++;
    this.counts.open++;
    sink.connecting(new BackendConnection(this, this.endpoint, sink));
  }
}

export function endpointName(endpoint: Endpoint): string {
  const host = endpoint.address.includes(':') ? `[${endpoint.address}]` : endpoint.address;
  return `${host}:${endpoint.port}`;
}
