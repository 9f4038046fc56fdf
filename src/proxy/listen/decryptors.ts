import type { Socket } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import type { Runtime } from '../runtime.ts';
import type { CertificateChoice } from './certificate.ts';
import { Decryptor } from './decryptor.ts';

/**
 * Makes TLS connections on a port whose listeners may have settings of their own. OpenSSL has chosen a version when it asks
 * for the certificate of a server name: so each distinct settings have a decryptor, and the ClientHello says before whose a
 * connection is.
 */
export class Decryptors {
  private readonly runtime: Runtime;
  private readonly options: TlsOptions;
  private readonly secured: (socket: TLSSocket, serverName: string | null) => void;
  private byGroup: Map<string, Decryptor>;
  /** Those of settings that no listener has any more, while they have connections. */
  private leaving: Decryptor[];
  private choice: CertificateChoice | null;

  /** `options` are what all have in common. */
  constructor(runtime: Runtime, options: TlsOptions, secured: (socket: TLSSocket, serverName: string | null) => void) {
    this.runtime = runtime;
    this.options = options;
    this.secured = secured;
    this.byGroup = new Map();
    this.leaving = [];
    this.choice = null;
  }

  /** Whether the server name must be known before a connection can be taken. */
  get needsServerName(): boolean {
    return this.byGroup.size > 1;
  }

  /** Shows these certificates from now on; null: as before. */
  serve(choice: CertificateChoice | null): void {
    if (choice === null) return;
    this.choice = choice;
    const before = this.byGroup;
    this.byGroup = new Map();
    for (const [group, settings] of choice.groups) {
      const { secured, runtime } = this;
      const alpn = settings?.alpn;
      const options = alpn === undefined ? this.options : { ...this.options, ALPNProtocols: [...alpn] };
      const decryptor = before.get(group) ?? new Decryptor(runtime, options, settings, secured);
      decryptor.setDefault(choice.fallback, choice.validation);
      before.delete(group);
      this.byGroup.set(group, decryptor);
    }
    this.leaving = [...this.leaving, ...before.values()].filter(({ isIdle }) => !isIdle);
  }

  /**
   * Begins the handshake on a socket that is paused. Bytes that were read already may have been put back before.
   * @param serverName in lower case; null: the client sent none, or it does not matter
   */
  take(socket: Socket, serverName: string | null): void {
    const decryptor = this.byGroup.get(this.choice?.groupOf(serverName) ?? '');
    if (decryptor !== undefined) decryptor.take(socket);
    else socket.destroy();
  }

  /** Ends all connections at once, also those that were handed on. */
  destroy(): void {
    for (const decryptor of [...this.byGroup.values(), ...this.leaving]) decryptor.destroy();
  }
}
