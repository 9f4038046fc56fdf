import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';
import type { Certificate, ClientValidation, TLSSettings } from '../../ir/table.ts';
import type { Runtime } from '../runtime.ts';
import { contextOptions } from './certificate.ts';

/** Makes TLS connections of those that were accepted elsewhere. */
export class Decryptor {
  private readonly runtime: Runtime;
  private readonly server: Server;
  /** The sockets below TLS, those in the middle of their handshake among them. */
  private readonly transports: Set<Socket>;
  private readonly settings: TLSSettings | null;
  private certificate: Certificate | null;
  private validation: ClientValidation | null;

  /** `secured` gets each connection whose handshake is done, with its server name in lower case. */
  constructor(
    runtime: Runtime,
    options: TlsOptions,
    settings: TLSSettings | null,
    secured: (socket: TLSSocket, serverName: string | null) => void,
  ) {
    this.runtime = runtime;
    this.settings = settings;
    this.transports = new Set();
    this.certificate = null;
    this.validation = null;
    this.server = createServer({ allowHalfOpen: true, ...options }, (socket) => secured(socket, serverName(socket)));
    this.server.on('tlsClientError', (_error: Error, socket: TLSSocket) => {
      runtime.metrics.handshakeFailures++;
      socket.destroy();
    });
  }

  /** Begins the handshake on a socket that is paused. Bytes that were read already may have been put back before. */
  take(socket: Socket): void {
    this.transports.add(socket);
    socket.on('close', () => this.transports.delete(socket));
    this.server.emit('connection', socket);
  }

  /**
   * Sets the certificate for clients that send no server name, and which certificates all clients must show. The chain and
   * key have been loaded before.
   */
  setDefault(certificate: Certificate | null, validation: ClientValidation | null): void {
    if (certificate === null || (certificate === this.certificate && validation === this.validation)) return;
    this.certificate = certificate;
    this.validation = validation;
    // They are read at every handshake. The types know them as options of the constructor only.
    const verifying = this.server as unknown as { requestCert: boolean; rejectUnauthorized: boolean };
    verifying.requestCert = validation !== null;
    verifying.rejectUnauthorized = validation !== null && validation.mode === 'AllowValidOnly';
    const { ticketKeys } = this.runtime.options;
    this.server.setSecureContext({
      ...contextOptions(certificate, validation, this.settings),
      ...(ticketKeys === null || validation !== null ? {} : { ticketKeys }),
    });
  }

  /** Whether it has no connection. */
  get isIdle(): boolean {
    return this.transports.size === 0;
  }

  /** Ends all of its connections at once, also those that were handed on. */
  destroy(): void {
    for (const socket of this.transports) socket.destroy();
  }
}

function serverName(socket: TLSSocket): string | null {
  // False when the client sent none.
  const name = (socket as { servername?: string | false }).servername;
  return typeof name === 'string' && name !== '' ? name.toLowerCase() : null;
}
