import type { Listener, RoutingTable } from '../../ir/table.ts';
import { CertificateChoice, type SecureContexts } from './certificate.ts';

/** Which certificates are shown on which port of a table, loaded. */
export class CertificateChoices {
  private readonly https: Map<number, CertificateChoice>;
  private readonly streams: Map<number, CertificateChoice>;

  /** Throws when a certificate cannot be loaded. */
  constructor(table: RoutingTable, contexts: SecureContexts) {
    const listeners = Object.values(table.listeners);
    this.https = byPort(
      listeners.filter(({ protocol }) => protocol === 'HTTPS'),
      table,
      contexts,
    );
    const terminated = listeners.filter(({ protocol, tls }) => protocol === 'TLS' && tls?.mode === 'Terminate');
    this.streams = byPort(terminated, table, contexts);
  }

  /** Of the HTTPS listeners of a port; null when there are none. */
  forHttps(port: number): CertificateChoice | null {
    return this.https.get(port) ?? null;
  }

  /** Of the TLS listeners of a port that terminate; null when there are none. */
  forStreams(port: number): CertificateChoice | null {
    return this.streams.get(port) ?? null;
  }
}

function byPort(
  listeners: readonly Listener[],
  { certificates }: RoutingTable,
  contexts: SecureContexts,
): Map<number, CertificateChoice> {
  const sharing = new Map<number, Listener[]>();
  for (const listener of listeners) {
    const others = sharing.get(listener.port);
    if (others === undefined) sharing.set(listener.port, [listener]);
    else others.push(listener);
  }
  const choices = new Map<number, CertificateChoice>();
  for (const [port, shared] of sharing) choices.set(port, new CertificateChoice(shared, certificates, contexts));
  return choices;
}
