import { isIP } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import type { ClientCertificateAccess } from '../../../ir/policy/access.ts';
import { altNames } from '../../backend/security.ts';
import { ORDER, PASS, type Stage } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { FORBIDDEN, REASONS, UNAUTHENTICATED } from './answer.ts';

/** What a request without a valid certificate, or with one of somebody else, does not get past. */
export class CertificateStage implements Stage {
  readonly order = ORDER.authentication;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  private readonly entry: ClientCertificateAccess;
  /** Whether it is the certificate that says who the client is. */
  private readonly identifies: boolean;

  constructor(entry: ClientCertificateAccess, identifies: boolean) {
    this.entry = entry;
    this.identifies = identifies;
  }

  enter(visit: Visit): number {
    const { mode, subjectAltNames, subjectHeader } = this.entry;
    const certificate = visit.clientCertificate();
    if (certificate === null) {
      if (mode === 'Required') return visit.answer(UNAUTHENTICATED, REASONS.certificate);
      if (subjectHeader !== null) visit.request.remove(subjectHeader);
      return PASS;
    }
    if (subjectAltNames.length > 0 && !subjectAltNames.some((name) => isFor(certificate, name))) {
      return visit.answer(FORBIDDEN, REASONS.certificate);
    }
    if (subjectHeader === null && !this.identifies) return PASS;
    const subject = subjectOf(certificate);
    if (subjectHeader !== null) visit.request.set(subjectHeader, subject);
    if (this.identifies) {
      const names = altNames(certificate.subjectaltname ?? '').map(({ value }) => value);
      const { CN } = certificate.subject;
      const claims = { sub: subject, cn: CN, subjectAltNames: names };
      visit.identity = { consumer: subject, claims, method: 'ClientCertificate' };
    }
    return PASS;
  }
}

/** Whether a certificate has a subject alternative name, of the kind that the name is of. */
export function isFor({ subjectaltname = '' }: Pick<PeerCertificate, 'subjectaltname'>, name: string): boolean {
  const kind = name.includes('://') ? 'URI' : isIP(name) !== 0 ? 'IP Address' : name.includes('@') ? 'email' : 'DNS';
  const plain = (value: string): string => (kind === 'DNS' || kind === 'IP Address' ? value.toLowerCase() : value);
  return altNames(subjectaltname).some((one) => one.kind === kind && plain(one.value) === plain(name));
}

/**
 * The distinguished name of the subject as RFC 4514 writes it, the last part first. Everything but visible ASCII is
 * in hexadecimal, so that it is one value of one header.
 */
export function subjectOf({ subject }: Pick<PeerCertificate, 'subject'>): string {
  const parts = Object.entries(subject as unknown as Record<string, string | readonly string[]>);
  return parts
    .flatMap(([type, values]) => [values].flat().map((value) => `${type}=${escaped(String(value))}`))
    .reverse()
    .join(',');
}

function escaped(value: string): string {
  let text = '';
  for (const byte of Buffer.from(value, 'utf8')) {
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte > 0x7e) text += `\\${byte.toString(16).padStart(2, '0').toUpperCase()}`;
    else if ('"+,;<>\\='.includes(character)) text += `\\${character}`;
    else text += character;
  }
  // Spaces at the ends, and a "#" in front, mean something else.
  return text.replace(/^[ #]/, '\\$&').replace(/ $/, '\\ ');
}
