import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { plainAddress } from '../peer.ts';
import type { Runtime } from '../runtime.ts';
import { type Arrival, StreamConnection } from '../stream/connection.ts';
import { STREAM_ENDS, type StreamEnd } from '../stream/end.ts';
import { logStream } from '../stream/log.ts';
import type { StreamSite } from '../stream/site.ts';
import { reset } from '../wire.ts';
import type { CertificateChoice } from './certificate.ts';
import { Decryptors } from './decryptors.ts';

/** The connections of one port whose bytes go to a backend as they are, or decrypted and as they are then. */
export class StreamFront {
  readonly site: StreamSite;
  private readonly runtime: Runtime;
  /** For listeners that terminate TLS; null where there cannot be one. */
  private readonly decryptors: Decryptors | null;
  private readonly connections: Set<StreamConnection>;
  private isStopped: boolean;

  constructor(runtime: Runtime, site: StreamSite, tls: TlsOptions | null) {
    this.site = site;
    this.runtime = runtime;
    this.decryptors =
      tls === null
        ? null
        : new Decryptors(runtime, tls, (socket, serverName) => {
            this.take({ socket, isTls: true, protocol: 'TLS', serverName, early: null });
          });
    this.connections = new Set();
    this.isStopped = false;
  }

  /** Sends a connection on its way to the backend of its listener's stream. */
  take(arrival: Arrival): void {
    const { runtime, site } = this;
    const listener = site.streams?.listenerFor(arrival.serverName) ?? null;
    const stream = listener?.find(arrival.serverName) ?? null;
    if (listener === null || stream === null) {
      this.refuse(arrival, listener === null ? STREAM_ENDS.noListener : STREAM_ENDS.noRoute);
      return;
    }
    if (!site.policies.admits(listener.identity, plainAddress(arrival.socket.remoteAddress ?? ''))) {
      this.refuse(arrival, STREAM_ENDS.accessDenied);
      return;
    }
    const connection = new StreamConnection(runtime, site, arrival, stream, this.forget);
    if (!connection.isOpen) return;
    this.connections.add(connection);
    if (this.isStopped) connection.drain(runtime.options.drainTimeout);
  }

  private refuse(arrival: Arrival, reason: StreamEnd): void {
    this.refused(arrival, reason);
    if (arrival.isTls) arrival.socket.destroy();
    else reset(arrival.socket);
  }

  /** Counts and logs a connection that no stream took. */
  refused(arrival: Pick<Arrival, 'protocol' | 'serverName' | 'socket'>, reason: StreamEnd): void {
    this.runtime.streams.none.refused(reason);
    const record = {
      protocol: arrival.protocol,
      client: plainAddress(arrival.socket.remoteAddress ?? ''),
      serverName: arrival.serverName ?? '',
      rule: '',
      startedAt: performance.now(),
      bytesIn: 0,
      bytesOut: 0,
      attempts: null,
    };
    logStream(this.runtime, record, reason);
  }

  /** Decrypts a connection whose ClientHello was read and put back, and takes it then. */
  terminate(socket: Socket, serverName: string | null): void {
    this.decryptors?.take(socket, serverName);
  }

  /** Sets what clients are shown, and how TLS is spoken to them. */
  setCertificates(choice: CertificateChoice | null): void {
    this.decryptors?.serve(choice);
  }

  get openConnections(): number {
    return this.connections.size;
  }

  /** Nothing more comes; what is open may go on for as long as a drain lasts. */
  stop(): void {
    this.isStopped = true;
    for (const connection of this.connections) connection.drain(this.runtime.options.drainTimeout);
  }

  /** Ends everything at once. */
  destroy(): void {
    this.decryptors?.destroy();
    for (const connection of this.connections) connection.destroy();
  }

  private readonly forget = (connection: StreamConnection): void => {
    this.connections.delete(connection);
  };
}
