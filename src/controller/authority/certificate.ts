/**
 * The controller's own certificate authority: ECDSA P-256, made once and kept in a Secret, and the short-lived serving
 * certificates that it issues. Proxies trust its bundle and nothing else.
 */
import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** PEM, both. */
export type KeyPair = { readonly cert: string; readonly key: string };

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY = 86_400_000;
/** Clocks of two machines differ. */
const SKEW = 3_600_000;

/**
 * A new self-signed authority. Its name ends in random digits: where two of one name are trusted, OpenSSL tries only the first.
 */
export async function makeAuthority(name: string, days: number, now = Date.now()): Promise<KeyPair> {
  const keys = await generateKeys();
  const cert = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: `CN=${name} ${randomBytes(4).toString('hex')}`,
      notBefore: new Date(now - SKEW),
      notAfter: new Date(now + days * DAY),
      keys,
      signingAlgorithm: SIGNING,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    },
    webcrypto,
  );
  return { cert: cert.toString('pem'), key: await exportKey(keys.privateKey) };
}

/** A certificate for a server of these DNS names and IP addresses, signed by `authority`. */
export async function issueCertificate(
  authority: KeyPair,
  names: readonly string[],
  days: number,
  now = Date.now(),
): Promise<KeyPair> {
  const keys = await generateKeys();
  const issuer = new X509Certificate(authority.cert);
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(
      names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value }) as const),
    ),
  ];
  const cert = await X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      // A common name is at most 64 characters (X.520); the names that count are the alternative ones.
      subject: `CN=${createHash('sha256').update(names.join(',')).digest('hex').slice(0, 16)}`,
      issuer: issuer.subject,
      notBefore: new Date(now - SKEW),
      notAfter: new Date(now + days * DAY),
      publicKey: keys.publicKey,
      signingKey: await importKey(authority.key),
      signingAlgorithm: SIGNING,
      extensions,
    },
    webcrypto,
  );
  return { cert: cert.toString('pem'), key: await exportKey(keys.privateKey) };
}

/** Milliseconds since the epoch; 0 for what is no certificate, so that it counts as expired. */
export function expiresAt(pem: string): number {
  try {
    return new X509Certificate(pem).notAfter.getTime();
  } catch {
    return 0;
  }
}

/** When `makeAuthority` made it, milliseconds since the epoch; 0 for what is no certificate. */
export function issuedAt(pem: string): number {
  try {
    return new X509Certificate(pem).notBefore.getTime() + SKEW;
  } catch {
    return 0;
  }
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(pem), ALGORITHM, false, ['sign']);
}

/** Positive, 127 random bits (RFC 5280 section 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0]! &= 0x7f;
  return bytes.toString('hex');
}
