import type { EndpointPool, PoolCounts } from '../backend/endpoint-pool.ts';
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
  private readonly waiting: ResponseSink[];
  private isRetired: boolean;

  constructor(endpoints: EndpointPool) {
    this.endpoints = endpoints;
    this.limits = endpoints.shared.limits;
    this.counts = endpoints.shared.counts;
    this.sessions = [];
    this.waiting = [];
    this.isRetired = false;
  }

  /** A stream on an open connection, now the sink's; null when there is none with room. */
  reuse(sink: ResponseSink): BackendStream | null {
    // Who waits already is first.
    if (this.waiting.length > 0) return null;
    for (const session of this.sessions) {
      if (!session.hasRoom) continue;
      this.counts.reuses++;
      return session.take(sink);
    }
    return null;
  }

  /** Queues the sink for a stream, and opens a connection if none is on its way. False when the queue is full. */
  connect(sink: ResponseSink): boolean {
    if (this.waiting.length >= this.limits.backendPending) return false;
    this.waiting.push(sink);
    this.counts.waiting++;
    this.serve();
    this.grow();
    return true;
  }

  cancel(sink: ResponseSink): void {
    const index = this.waiting.indexOf(sink);
    if (index === -1) return;
    this.waiting.splice(index, 1);
    this.counts.waiting--;
  }

  /** The endpoint is no more: requests under way finish, nothing is kept. */
  retire(): void {
    this.isRetired = true;
    for (const session of [...this.sessions]) if (this.waiting.length === 0 || !session.isConnecting) session.retire();
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
    if (this.isRetired && this.waiting.length === 0 && !session.isConnecting) session.retire();
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
    const failed = this.waiting.splice(0);
    this.counts.waiting -= failed.length;
    for (const sink of failed) sink.backendFailed(error);
  }

  private remove(session: BackendSession): void {
    this.sessions = this.sessions.filter((other) => other !== session);
  }

  private serve(): void {
    for (const session of this.sessions) {
      while (this.waiting.length > 0 && session.hasRoom) {
        const sink = this.waiting.shift()!;
        this.counts.waiting--;
        sink.connected(session.take(sink));
      }
    }
  }

  private grow(): void {
    if (this.waiting.length === 0 || this.sessions.some((session) => session.isConnecting)) return;
    if (this.sessions.length >= this.limits.backendConnections) return;
    this.counts.open++;
    this.sessions.push(new BackendSession(this));
  }
}
