import type { RemoteInfo, Socket } from 'node:dgram';
import type { Backend } from '../backend/backend.ts';
import type { EndpointPool } from '../backend/endpoint-pool.ts';
import type { RunnableStream } from '../compile/stream.ts';
import { DatagramSession, type SessionOwner } from '../datagram/session.ts';
import { isCongested, socketFor } from '../datagram/socket.ts';
import { plainAddress } from '../peer.ts';
import type { Runtime } from '../runtime.ts';
import { STREAM_ENDS, type StreamEnd } from '../stream/end.ts';
import type { StreamSite } from '../stream/site.ts';
import type { OpenPlace, Place, Served } from './place.ts';
import { sharesPorts } from './reuse-port.ts';

/**
 * A port of a UDP listener. The kernel spreads clients over the processes that share the port by address and port of
 * both sides, so the datagrams of one client come to one process.
 */
export class UdpPlace implements OpenPlace, SessionOwner {
  readonly port: number;
  private readonly runtime: Runtime;
  private readonly place: Place;
  private readonly site: StreamSite;
  private readonly socket: Socket;
  private readonly sessions: Map<string, DatagramSession>;
  private isStopped: boolean;
  private isClosed: boolean;

  constructor(runtime: Runtime, place: Place, bound: number, served: Served) {
    this.port = bound;
    this.runtime = runtime;
    this.place = place;
    const { backends, compiled, policies } = served;
    this.site = { streams: compiled.datagramPorts.get(place.port) ?? null, backends, policies };
    this.socket = socketFor(place.address, bound !== 0 && sharesPorts());
    this.sessions = new Map();
    this.isStopped = false;
    this.isClosed = false;
    this.socket.on('message', this.received);
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('error', (error) => {
        this.destroy();
        reject(error);
      });
      this.socket.bind({ port: this.port, address: this.place.address, exclusive: true }, () => {
        this.socket.removeAllListeners('error');
        this.socket.on('error', (error) => this.runtime.bug(error));
        resolve();
      });
    });
  }

  get boundPort(): number {
    return this.isClosed ? 0 : this.socket.address().port;
  }

  get openConnections(): number {
    return this.sessions.size;
  }

  serve({ compiled, backends, policies }: Served): void {
    this.site.streams = compiled.datagramPorts.get(this.place.port) ?? null;
    this.site.backends = backends;
    this.site.policies = policies;
    const stream = this.stream();
    const candidates = new Map<Backend, ReadonlySet<EndpointPool>>();
    for (const session of this.sessions.values()) {
      if (!isServed(session, stream, backends)) session.close(STREAM_ENDS.done);
      else if (session.pool !== null) {
        let pools = candidates.get(session.backend);
        if (pools === undefined) {
          pools = new Set(session.backend.endpoints);
          candidates.set(session.backend, pools);
        }
        if (!pools.has(session.pool)) session.move();
      }
    }
  }

  /** The socket stays open for the sessions' answers, until the last one ends. */
  stop(): void {
    this.isStopped = true;
    for (const session of this.sessions.values()) session.drain(this.runtime.options.drainTimeout);
    this.closeWhenDone();
  }

  destroy(): void {
    this.isStopped = true;
    for (const session of [...this.sessions.values()]) session.close(STREAM_ENDS.draining);
    this.closeWhenDone();
  }

  // For sessions

  reply(message: Buffer, port: number, address: string): boolean {
    if (this.isClosed || isCongested(this.socket)) return false;
    this.socket.send(message, port, address);
    return true;
  }

  closed(session: DatagramSession): void {
    this.sessions.delete(session.key);
    if (this.isStopped) this.closeWhenDone();
  }

  private readonly received = (message: Buffer, { address, port }: RemoteInfo): void => {
    const key = `${address} ${port}`;
    const session = this.sessions.get(key) ?? this.begin(key, address, port, message);
    session?.send(message);
  };

  private begin(key: string, address: string, port: number, message: Buffer): DatagramSession | null {
    const { runtime, site } = this;
    const listener = site.streams?.listenerFor(null) ?? null;
    const stream = listener?.find(null) ?? null;
    if (listener === null || stream === null) return this.drop(null, message, STREAM_ENDS.noRoute);
    if (!site.policies.admits(listener.identity, plainAddress(address))) {
      return this.drop(stream, message, STREAM_ENDS.accessDenied);
    }
    // A process that ends goes on serving: while its socket is open, the kernel sends clients here.
    if (this.isStopped && !runtime.isDraining) return this.drop(stream, message, STREAM_ENDS.draining);
    if (this.sessions.size >= runtime.options.streams.sessions) {
      return this.drop(stream, message, STREAM_ENDS.sessionLimit);
    }
    const reference = stream.split.next();
    const backend = reference.backend === null ? undefined : site.backends.get(reference.backend);
    if (backend === undefined) return this.drop(stream, message, STREAM_ENDS.invalidBackend);
    const session = new DatagramSession(runtime, this, key, address, port, stream, backend);
    this.sessions.set(key, session);
    if (this.isStopped) session.drain(runtime.options.drainTimeout);
    return session;
  }

  private drop(stream: RunnableStream | null, message: Buffer, reason: StreamEnd): null {
    const { streams } = this.runtime;
    const series = stream === null ? streams.none : streams.of(stream);
    series.receivedDatagram(message.length);
    series.dropped(reason);
    return null;
  }

  private stream(): RunnableStream | null {
    return this.site.streams?.listenerFor(null)?.find(null) ?? null;
  }

  private closeWhenDone(): void {
    if (this.isClosed || this.sessions.size > 0) return;
    this.isClosed = true;
    this.socket.close();
  }
}

/** Whether a session may go on: its route still sends clients to its backend. */
function isServed(
  { backend, stream }: DatagramSession,
  now: RunnableStream | null,
  backends: ReadonlyMap<string, Backend>,
): boolean {
  if (now === null || backends.get(backend.key) !== backend) return false;
  if (now === stream) return true;
  return now.key === stream.key && now.split.refs.some((ref) => ref.backend === backend.key && ref.weight > 0);
}
