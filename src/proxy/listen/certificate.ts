import { constants, createHash } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Certificate, ClientValidation, Listener, ListenerTLS, TLSSettings } from '../../ir/table.ts';
import { versionsOf } from './tls-settings.ts';

/** What a server shows, whom it trusts to vouch for clients, and how it speaks. */
export function contextOptions(
  certificate: Certificate,
  validation: ClientValidation | null,
  settings: TLSSettings | null,
): SecureContextOptions {
  const own = { cert: certificate.chain, key: certificate.key, ...versionsOf(settings) };
  // A session that is resumed is not asked for its certificate again, so there are none to resume.
  return validation === null
    ? own
    : { ...own, ca: [...authorities(validation)], secureOptions: constants.SSL_OP_NO_TICKET };
}

/**
 * Whose certificates are held against the client's. Nobody's where all clients are let in: OpenSSL takes a certificate that
 * names an authority but is not signed with its key for an error of the connection, which no setting forgives.
 */
function authorities({ mode, ca }: ClientValidation): readonly string[] {
  return mode === 'AllowInsecureFallback' ? [] : ca;
}

/** Secure contexts by content hash: parsing a key costs milliseconds, so each certificate is loaded once. */
export class SecureContexts {
  private known: Map<string, SecureContext>;

  constructor() {
    this.known = new Map();
  }

  /** Throws when chain or key cannot be read or do not belong together. */
  of(
    key: string,
    certificate: Certificate,
    validation: ClientValidation | null,
    settings: TLSSettings | null,
  ): SecureContext {
    const judged = validation === null ? '' : createHash('sha256').update(authorities(validation).join()).digest('hex');
    const id = `${key} ${judged} ${groupKey(settings)}`;
    let context = this.known.get(id);
    if (context === undefined) {
      try {
        context = createSecureContext(contextOptions(certificate, validation, settings));
      } catch (error) {
        throw new Error(`certificate ${key}: ${error instanceof Error ? error.message : String(error)}`);
      }
      this.known.set(id, context);
    }
    return context;
  }

  /** Forgets all but these. */
  retain(keys: ReadonlySet<string>): void {
    for (const id of this.known.keys()) if (!keys.has(id.split(' ')[0]!)) this.known.delete(id);
  }
}

type Named = { readonly names: readonly string[]; readonly context: SecureContext };
type Served = { readonly hostname: string; readonly certificates: readonly Named[]; readonly group: string };

/** Chooses the certificate for a server name among the HTTPS listeners of one port. */
export class CertificateChoice {
  /** For clients that send no server name: the first certificate of the listener for any host, or of the first one. */
  readonly fallback: Certificate | null;
  /** Which certificates clients must show; the listeners of a port have that in common (GEP-91). */
  readonly validation: ClientValidation | null;
  /** The settings of the listeners, each once, by their key. */
  readonly groups: ReadonlyMap<string, TLSSettings | null>;
  private readonly listeners: readonly Served[];
  /** Whose a client is that sends no server name. */
  private readonly unnamed: string;

  /** Throws when a certificate cannot be loaded or is not in the table. */
  constructor(
    listeners: readonly Listener[],
    certificates: Readonly<Record<string, Certificate>>,
    contexts: SecureContexts,
  ) {
    this.validation = listeners.find(({ tls }) => tls?.clientValidation != null)?.tls?.clientValidation ?? null;
    this.listeners = listeners.map(({ hostname, tls }) => ({
      hostname,
      certificates: (tls?.certificates ?? []).map((key) => {
        const certificate = certificates[key];
        if (certificate === undefined) throw new Error(`certificate ${key} is not in the table`);
        const context = contexts.of(key, certificate, this.validation, tls?.settings ?? null);
        return { names: certificate.names, context };
      }),
      group: groupOf(tls),
    }));
    this.groups = new Map(listeners.map(({ tls }) => [groupOf(tls), tls?.settings ?? null]));
    const unnamed = listeners.find(({ hostname }) => hostname === '') ?? listeners[0];
    this.fallback = certificates[unnamed?.tls?.certificates[0] ?? ''] ?? null;
    this.unnamed = groupOf(unnamed?.tls ?? null);
  }

  /** Whose settings hold for a server name in lower case; null: the client sent none. */
  groupOf(name: string | null): string {
    return (name === null ? undefined : this.listenerFor(name))?.group ?? this.unnamed;
  }

  /** The context for a server name in lower case, null when no listener has that name. */
  choose(name: string): SecureContext | null {
    const listener = this.listenerFor(name);
    if (listener === undefined || listener.certificates.length === 0) return null;
    const [first] = listener.certificates;
    if (listener.certificates.length === 1) return first!.context;
    const parent = `*${name.slice(Math.max(0, name.indexOf('.')))}`;
    const exact = listener.certificates.find(({ names }) => names.includes(name));
    const wildcard = exact ?? listener.certificates.find(({ names }) => names.includes(parent));
    return (wildcard ?? first!).context;
  }

  /** Exact hostname, then the longest wildcard, then the listener for any host (Gateway API, listener isolation). */
  private listenerFor(name: string): Served | undefined {
    let best: Served | undefined;
    for (const listener of this.listeners) {
      const { hostname } = listener;
      if (hostname === name) return listener;
      const matches = hostname === '' || (hostname.startsWith('*.') && isBelow(name, hostname));
      if (matches && (best === undefined || hostname.length > best.hostname.length)) best = listener;
    }
    return best;
  }
}

function groupOf(tls: ListenerTLS | null): string {
  return groupKey(tls?.settings ?? null);
}

/** Equal for equal settings. */
function groupKey(settings: TLSSettings | null): string {
  return settings === null ? '' : JSON.stringify(settings);
}

/** Whether `name` has at least one label in place of the wildcard's star. */
function isBelow(name: string, wildcard: string): boolean {
  return name.length > wildcard.length - 1 && name.endsWith(wildcard.slice(1));
}
