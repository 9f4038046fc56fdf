import { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { type DetailedPeerCertificate, type PeerCertificate, TLSSocket } from 'node:tls';
import type { ClientValidation } from '../../ir/table.ts';
import { isIssuedBy } from './chain.ts';

/** What became of the certificate of a connection, and by which authorities. */
type Judged = { readonly validation: ClientValidation; readonly certificate: PeerCertificate | null };

/** Reading a certificate is dear, and a connection has only one. */
const judged = new WeakMap<TLSSocket, Judged>();

/** Certificates of a client that are looked at. */
const MAX_SHOWN = 8;

/**
 * The certificate that a client showed in its handshake; null for none, for one that is not valid, and in plaintext.
 *
 * @param validation of the listener
 */
export function certificateOf(socket: Socket, validation: ClientValidation | null): PeerCertificate | null {
  if (!(socket instanceof TLSSocket) || validation === null) return null;
  const known = judged.get(socket);
  if (known !== undefined && known.validation === validation) return known.certificate;
  const shown = socket.getPeerCertificate(true);
  const isShown = shown?.raw !== undefined;
  const certificate = isShown && isValid(socket, shown, validation) ? shown : null;
  judged.set(socket, { validation, certificate });
  return certificate;
}

function isValid(socket: TLSSocket, shown: DetailedPeerCertificate, { ca, mode }: ClientValidation): boolean {
  // Where everybody is let in, OpenSSL was not asked (listen/certificate.ts).
  if (mode !== 'AllowInsecureFallback') return socket.authorized;
  const chain: X509Certificate[] = [];
  try {
    for (let one = shown; one?.raw !== undefined && chain.length < MAX_SHOWN; one = one.issuerCertificate) {
      chain.push(new X509Certificate(one.raw));
      if (one.issuerCertificate === one) break;
    }
    return isIssuedBy(chain, ca, Date.now());
  } catch {
    // Not even of the form.
    return false;
  }
}
