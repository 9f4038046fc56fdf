import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions, type Server as TlsServer } from 'node:tls';
import type { Certificate } from '../../ir/table.ts';
import { ClientConnection } from '../exchange/client-connection.ts';
import { ClientSession } from '../h2/client-session.ts';
import type { Runtime, Site } from '../runtime.ts';
import { sharesPorts } from './reuse-port.ts';

const BACKLOG = 4_096;

/** A connection of a client, in whichever version of HTTP. */
type Accepted = ClientConnection | ClientSession;

/** One listening socket and the connections that came through it. */
export class Front {
  readonly site: Site;
  readonly address: string;
  /** The port asked for; 0 lets the system choose. */
  readonly port: number;
  readonly server: Server;
  private readonly runtime: Runtime;
  private readonly connections: Set<Accepted>;
  /** The sockets below TLS, those in the middle of their handshake among them. */
  private readonly transports: Set<Socket>;
  private certificate: Certificate | null;
  private isStopped: boolean;

  /** With `tls` the front speaks HTTPS. */
  constructor(runtime: Runtime, site: Site, address: string, port: number, tls: TlsOptions | null) {
    this.site = site;
    this.address = address;
    this.port = port;
    this.runtime = runtime;
    this.connections = new Set();
    this.transports = new Set();
    this.certificate = null;
    this.isStopped = false;
    const options = { allowHalfOpen: true, noDelay: true };
    if (tls === null) {
      this.server = createServer({ ...options, pauseOnConnect: true }, (socket) => this.accept(socket, null));
    } else {
      this.server = createTlsServer({ ...options, ...tls }, (socket) => {
        this.accept(socket, serverName(socket));
      });
      this.server.on('connection', (socket: Socket) => {
        this.transports.add(socket);
        socket.on('close', () => this.transports.delete(socket));
      });
      this.server.on('tlsClientError', (_error: Error, socket: TLSSocket) => {
        runtime.metrics.handshakeFailures++;
        socket.destroy();
      });
    }
  }

  /** Starts listening. Rejects with the system's error. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      const options = {
        host: this.address,
        port: this.port,
        backlog: BACKLOG,
        reusePort: this.port !== 0 && sharesPorts(),
      };
      this.server.listen(options, () => {
        this.server.off('error', reject);
        // Accepting may fail for want of file descriptors; the sockets that are open go on.
        this.server.on('error', (error) => this.runtime.bug(error));
        resolve();
      });
    });
  }

  /** The port that it listens on. */
  get boundPort(): number {
    const address = this.server.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  }

  /** Sets the certificate for clients that send no server name. The chain and key have been loaded before. */
  setDefault(certificate: Certificate): void {
    if (certificate === this.certificate) return;
    this.certificate = certificate;
    const { ticketKeys } = this.runtime.options;
    (this.server as TlsServer).setSecureContext({
      cert: certificate.chain,
      key: certificate.key,
      minVersion: 'TLSv1.2',
      ...(ticketKeys === null ? {} : { ticketKeys }),
    });
  }

  get openConnections(): number {
    return this.connections.size;
  }

  /** Accepts nothing any more; idle connections end, others after their exchange. */
  stop(): void {
    this.isStopped = true;
    this.server.close();
    this.drain();
  }

  drain(): void {
    for (const connection of this.connections) connection.drain();
  }

  /** Ends everything at once. */
  destroy(): void {
    this.server.close();
    for (const socket of this.transports) socket.destroy();
    for (const connection of this.connections) connection.destroy();
  }

  private accept(socket: Socket, sni: string | null): void {
    const { runtime } = this;
    if (runtime.metrics.connectionsOpen >= runtime.options.limits.clientConnections) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    // What the client chose of ALPN; a client without ALPN speaks HTTP/1.1.
    if ((socket as TLSSocket).alpnProtocol === 'h2') this.acceptHttp2(this.site, socket, sni);
    else this.add(new ClientConnection(runtime, this.site, socket, sni, this.forget, this.acceptHttp2));
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

function serverName(socket: TLSSocket): string | null {
  // False when the client sent none.
  const name = (socket as { servername?: string | false }).servername;
  return typeof name === 'string' && name !== '' ? name.toLowerCase() : null;
}
