import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type { BackendTLS, Certificate, Endpoint, SubjectAltName } from '../../ir/table.ts';
import { ERRORS, type ProxyError } from '../exchange/error.ts';

/**
 * How connections to a backend are secured. What the endpoint shows is always verified: against the CA certificates, and
 * for the server name or, where the entry lists some, for one of the subject alternative names (GEP-1897, GEP-3155).
 */
export class BackendSecurity {
  readonly entry: BackendTLS;
  private readonly context: SecureContext;

  /** Throws when a certificate cannot be loaded. */
  constructor(backend: string, entry: BackendTLS, certificates: Readonly<Record<string, Certificate>>) {
    const client = entry.clientCertificate === null ? null : certificates[entry.clientCertificate];
    if (client === undefined) throw new Error(`${backend}: certificate ${entry.clientCertificate} is not in the table`);
    this.entry = entry;
    try {
      this.context = createSecureContext({
        minVersion: 'TLSv1.2',
        ...(entry.ca === 'system' ? {} : { ca: [...entry.ca] }),
        ...(client === null ? {} : { cert: client.chain, key: client.key }),
      });
    } catch (error) {
      throw new Error(`${backend}: TLS to it: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Whether connections made with this one are as good as those made for `entry`. */
  fits(entry: BackendTLS): boolean {
    return entry === this.entry || JSON.stringify(entry) === JSON.stringify(this.entry);
  }

  /** `secureConnect` or `error` follows. Without `protocol` nothing is said of one (ALPN). */
  connect(endpoint: Endpoint, protocol: 'http/1.1' | 'h2' | null): TLSSocket {
    const { serverName } = this.entry;
    const options: ConnectionOptions & { allowHalfOpen: boolean } = {
      host: endpoint.address,
      port: endpoint.port,
      servername: serverName,
      secureContext: this.context,
      ...(protocol === null ? {} : { ALPNProtocols: [protocol] }),
      rejectUnauthorized: true,
      allowHalfOpen: true,
      checkServerIdentity: identityCheck(this.entry),
    };
    const socket = connect(options);
    socket.setNoDelay(true);
    return socket;
  }
}

/** Whether a certificate is the backend's, as Node asks for it. */
export function identityCheck({ serverName, subjectAltNames }: BackendTLS) {
  return (_name: string, certificate: PeerCertificate): Error | undefined =>
    subjectAltNames.length === 0
      ? checkServerIdentity(serverName, certificate)
      : checkAltNames(subjectAltNames, certificate);
}

/** Undefined when the certificate has one of the names. */
function checkAltNames(wanted: readonly SubjectAltName[], certificate: PeerCertificate): Error | undefined {
  const has = altNames(certificate.subjectaltname ?? '');
  const isOne = wanted.some(({ kind, value }) =>
    kind === 'uri'
      ? has.some((name) => name.kind === 'URI' && name.value === value)
      : has.some((name) => name.kind === 'DNS') && checkServerIdentity(value, certificate) === undefined,
  );
  return isOne ? undefined : Object.assign(new Error('the certificate has none of the names'), { code: NO_NAME });
}

const NO_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';

/** Node shows them as `DNS:a.example, URI:spiffe://b`; a value that could be taken for more than one is in quotes. */
export function altNames(text: string): { kind: string; value: string }[] {
  const names: { kind: string; value: string }[] = [];
  for (const [, kind = '', value = ''] of text.matchAll(/(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$)/g)) {
    names.push({ kind, value: value.startsWith('"') ? String(JSON.parse(value)) : value });
  }
  return names;
}

/** Why a connection to a backend could not be opened; `isReached` when the endpoint had accepted it. */
export function connectError(error: unknown, isReached: boolean): ProxyError {
  if (!isReached) return ERRORS.connectFailed;
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  // OpenSSL's reasons to refuse a certificate have plain names; errors of the system and of the protocol do not.
  const isProtocol = code === '' || /^(?:ERR_SSL_|E[A-Z]+$)/.test(code);
  return isProtocol ? ERRORS.backendHandshake : ERRORS.backendCertificate;
}
