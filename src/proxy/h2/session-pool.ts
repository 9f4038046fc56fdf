import type { EndpointPool, PoolCounts } from '../backend/endpoint-pool.ts';
import { PendingQueue } from '../backend/pending-queue.ts';
import type { ResponseSink } from '../backend/response-sink.ts';
import type { ProxyError } from '../exchange/error.ts';
import type { ProxyLimits } from '../options.ts';
import { BackendSession } from './backend-session.ts';
import type { BackendStream } from './backend-stream.ts';

/** The connections of HTTP/2 of one process to one endpoint: as few as the endpoint's bound on streams allows. */
export class SessionPool {
  readonly endpoints: EndpointPool;
  private readonly limits: ProxyLimits;
  private readonly counts: PoolCounts;
  private sessions: BackendSession[];
  private readonly pending: PendingQueue;
  private isRetired: boolean;

  constructor(endpoints: EndpointPool) {
    this.endpoints = endpoints;
    this.limits = endpoints.shared.limits;
    this.counts = endpoints.shared.counts;
    this.sessions = [];
    this.pending = new PendingQueue(this.limits, this.counts, endpoints.shared.wheel);
    this.isRetired = false;
  }

  /** A stream on an open connection, now the sink's; null when there is none with room. */
  reuse(sink: ResponseSink): BackendStream | null {
    // Who waits already is first.
    if (!this.pending.isEmpty) return null;
    for (const session of this.sessions) {
      if (!session.hasRoom) continue;
      this.counts.reuses++;
      return session.take(sink);
    }
    return null;
  }

  /** Queues the sink for a stream, and opens a connection if none is on its way. False when the queue is full. */
  connect(sink: ResponseSink): boolean {
    if (!this.pending.add(sink)) return false;
    this.serve();
    this.grow();
    return true;
  }

  cancel(sink: ResponseSink): void {
    this.pending.cancel(sink);
  }

  /** The endpoint is no more: requests under way finish, nothing is kept. */
  retire(): void {
    this.isRetired = true;
    for (const session of [...this.sessions]) if (this.pending.isEmpty || !session.isConnecting) session.retire();
  }

  // Told by sessions

  opened(session: BackendSession): void {
    this.counts.connects++;
    this.freed(session);
  }

  /** There may be room for whoever waits. */
  freed(session: BackendSession): void {
    this.serve();
    this.grow();
    if (this.isRetired && this.pending.isEmpty && !session.isConnecting) session.retire();
  }

  /** The endpoint is closing the connection: it is not chosen any more. */
  leaving(session: BackendSession): void {
    this.remove(session);
    this.grow();
  }

  /** `error` says why the connection could not be opened; null when it was open. */
  closed(session: BackendSession, error: ProxyError | null): void {
    this.remove(session);
    this.counts.open--;
    if (error === null) {
      this.grow();
      return;
    }
    this.counts.connectFailures++;
    if (this.sessions.some((other) => other.isConnecting)) return;
    // Each of them may come back with another attempt.
    const failed: ResponseSink[] = [];
    for (let sink = this.pending.next(); sink !== undefined; sink = this.pending.next()) failed.push(sink);
    for (const sink of failed) sink.backendFailed(error);
  }

  private remove(session: BackendSession): void {
    this.sessions = this.sessions.filter((other) => other !== session);
  }

  private serve(): void {
    for (const session of this.sessions) {
      while (session.hasRoom) {
        const sink = this.pending.next();
        if (sink === undefined) return;
        sink.connected(session.take(sink));
      }
    }
  }

  private grow(): void {
    if (this.pending.isEmpty || this.sessions.some((session) => session.isConnecting)) return;
    if (this.sessions.length >= this.limits.backendConnections) return;
    this.counts.open++;
    this.sessions.push(new BackendSession(this));
  }
}
