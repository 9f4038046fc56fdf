import type { Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { ClientConnection } from '../exchange/client-connection.ts';
import { ClientSession } from '../h2/client-session.ts';
import type { Runtime, Site } from '../runtime.ts';
import type { CertificateChoice } from './certificate.ts';
import { Decryptors } from './decryptors.ts';

/** A connection of a client, in whichever version of HTTP. */
type Accepted = ClientConnection | ClientSession;

/** The connections of one port that speak HTTP, over TLS or not. */
export class Front {
  readonly site: Site;
  private readonly runtime: Runtime;
  /** Null for plaintext. */
  private readonly decryptors: Decryptors | null;
  private readonly connections: Set<Accepted>;
  private isStopped: boolean;

  /** With `tls` the front speaks HTTPS. */
  constructor(runtime: Runtime, site: Site, tls: TlsOptions | null) {
    this.site = site;
    this.runtime = runtime;
    this.decryptors = tls === null ? null : new Decryptors(runtime, tls, (socket, sni) => this.accept(socket, sni));
    this.connections = new Set();
    this.isStopped = false;
  }

  /** Serves a connection that was accepted and is paused. Bytes that were read already may have been put back before. */
  take(socket: Socket, serverName: string | null = null): void {
    if (this.decryptors === null) this.accept(socket, null);
    else this.decryptors.take(socket, serverName);
  }

  /** Whether `take` has to be told the server name. */
  get needsServerName(): boolean {
    return this.decryptors?.needsServerName ?? false;
  }

  /** Sets what clients are shown, how TLS is spoken to them, and which certificates they must show. */
  setCertificates(choice: CertificateChoice | null): void {
    this.decryptors?.serve(choice);
  }

  get openConnections(): number {
    return this.connections.size;
  }

  /** Nothing more comes; idle connections end, others after their exchange. */
  stop(): void {
    this.isStopped = true;
    for (const connection of this.connections) connection.drain();
  }

  /** Ends everything at once. */
  destroy(): void {
    this.decryptors?.destroy();
    for (const connection of this.connections) connection.destroy();
  }

  private accept(socket: Socket, sni: string | null): void {
    const { metrics, options } = this.runtime;
    // Handshakes under way are not counted while they are.
    if (metrics.connectionsOpen >= options.limits.clientConnections) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    // What the client chose of ALPN; a client without ALPN speaks HTTP/1.1.
    if ((socket as TLSSocket).alpnProtocol === 'h2') this.acceptHttp2(this.site, socket, sni);
    else this.add(new ClientConnection(this.runtime, this.site, socket, sni, this.forget, this.acceptHttp2));
  }

  private readonly acceptHttp2 = (site: Site, socket: Socket, sni: string | null): void => {
    this.add(new ClientSession(this.runtime, site, socket, sni, this.forget));
  };

  private add(connection: Accepted): void {
    this.connections.add(connection);
    // A TLS handshake may end after the last connection was accepted.
    if (this.isStopped) connection.drain();
  }

  private readonly forget = (connection: Accepted): void => {
    this.connections.delete(connection);
  };
}
