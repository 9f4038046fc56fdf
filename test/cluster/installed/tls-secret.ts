/** Certificates in Secrets, and what a proxy shows of them. */
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { issueCertificate, type KeyPair, makeAuthority } from '../../../src/controller/authority/certificate.ts';
import type { KubeObject } from './cluster.ts';

const authority = await makeAuthority('cluster tests', 1);

/** What the certificates of `keyPair` are signed by, PEM. */
export const CA = authority.cert;

export function keyPair(host: string): Promise<KeyPair> {
  return issueCertificate(authority, [host], 1);
}

const encode = (text: string) => Buffer.from(text).toString('base64');

export function tlsData({ cert, key }: KeyPair): Record<string, string> {
  return { 'tls.crt': encode(cert), 'tls.key': encode(key) };
}

export function tlsSecret(namespace: string, name: string, pair: KeyPair): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name },
    type: 'kubernetes.io/tls',
    data: tlsData(pair),
  };
}

export function serialOf({ cert }: KeyPair): string {
  return new X509Certificate(cert).serialNumber;
}

/** The serial number of the certificate that is shown for a host; rejects when there is none. */
export function shownSerial(address: string, port: number, servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, servername, rejectUnauthorized: false, timeout: 10_000 });
    socket.on('secureConnect', () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('timeout', () => socket.destroy(new Error(`${address} does not answer`)));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${address} shows no certificate`)));
  });
}

export function httpsListener(name: string, hostname: string, secret: string): object {
  return { name, hostname, port: 443, protocol: 'HTTPS', tls: { certificateRefs: [{ name: secret }] } };
}
