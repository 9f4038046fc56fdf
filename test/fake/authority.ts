/** A certificate authority for tests that need certificates with particular names. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';

import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};

export type Issued = { readonly chain: string; readonly key: string };

export class Authority {
  readonly certificate: string;
  private readonly root: x509.X509Certificate;
  private readonly keys: webcrypto.CryptoKeyPair;
  private serial = 1;

  private constructor(root: x509.X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.root = root;
    this.keys = keys;
    this.certificate = root.toString('pem');
  }

  static async create(name = 'Test CA'): Promise<Authority> {
    const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
    const root = await x509.X509CertificateGenerator.createSelfSigned(
      {
        serialNumber: '01',
        name: `CN=${name}`,
        notBefore: new Date(Date.now() - 3_600_000),
        notAfter: new Date(Date.now() + 86_400_000),
        signingAlgorithm: ALGORITHM,
        keys,
        extensions: [
          new x509.BasicConstraintsExtension(true, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        ],
      },
      webcrypto as unknown as Crypto,
    );
    return new Authority(root, keys);
  }

  /** A certificate with these subject alternative names; one that is expired when `isExpired`. */
  async issue(names: x509.JsonGeneralNames, isExpired = false, type: 'ECDSA' | 'RSA' = 'ECDSA'): Promise<Issued> {
    const algorithm = type === 'RSA' ? RSA : ALGORITHM;
    const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
    const certificate = await x509.X509CertificateGenerator.create(
      {
        serialNumber: (++this.serial).toString(16).padStart(4, '0'),
        subject: 'CN=test',
        issuer: this.root.subject,
        notBefore: new Date(Date.now() - 7_200_000),
        notAfter: new Date(Date.now() + (isExpired ? -3_600_000 : 86_400_000)),
        signingAlgorithm: ALGORITHM,
        publicKey: keys.publicKey,
        signingKey: this.keys.privateKey,
        extensions: [new x509.SubjectAlternativeNameExtension(names)],
      },
      webcrypto as unknown as Crypto,
    );
    const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    return {
      chain: certificate.toString('pem'),
      key: `-----BEGIN PRIVATE KEY-----\n${key.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
    };
  }
}
