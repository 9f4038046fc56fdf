import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import type { Secret } from '../api/core/secret.ts';
import type { SecretObjectReference } from '../api/gateway/object-reference.ts';
import type { Certificate } from '../ir/table.ts';
import type { Lookup } from './lookup.ts';

export type ResolvedCertificate = {
  readonly ok: true;
  /** Its key among the table's certificates. */
  readonly key: string;
  readonly certificate: Certificate;
};

export type CertificateFault = {
  readonly ok: false;
  readonly reason: 'InvalidCertificateRef' | 'RefNotPermitted';
  readonly message: string;
};

/** The key pair that a Gateway or ListenerSet refers to. A certificate that has expired is as good as any other: there is no clock here. */
export function resolveCertificate(
  ref: SecretObjectReference,
  { kind, namespace }: { readonly kind: string; readonly namespace: string },
  lookup: Lookup,
): ResolvedCertificate | CertificateFault {
  if (ref.group !== '' || ref.kind !== 'Secret') {
    const wrong = ref.group === '' ? ref.kind : `${ref.group}/${ref.kind}`;
    return fault(`${wrong} ${ref.name} is not a Secret`);
  }
  const target = { group: '', kind: 'Secret', namespace: ref.namespace ?? namespace, name: ref.name };
  const name = `${target.namespace}/${target.name}`;
  // Before it is known whether the Secret exists: a missing grant must not tell one case from the other.
  if (!lookup.grants.permits({ group: 'gateway.networking.k8s.io', kind, namespace }, target)) {
    const message = `no ReferenceGrant in namespace ${target.namespace} lets ${kind}s of ${namespace} refer to Secret ${name}`;
    return { ok: false, reason: 'RefNotPermitted', message };
  }
  const secret = lookup.secrets.get(name);
  return secret === undefined ? fault(`Secret ${name} does not exist`) : keyPair(secret);
}

function fault(message: string): CertificateFault {
  return { ok: false, reason: 'InvalidCertificateRef', message };
}

/** Reading certificates is the dearest thing in a translation, and Secrets are immutable and mostly the same as before. */
const keyPairs = new WeakMap<Secret, ResolvedCertificate | CertificateFault>();

function keyPair(secret: Secret): ResolvedCertificate | CertificateFault {
  let known = keyPairs.get(secret);
  if (known === undefined) {
    known = readKeyPair(secret);
    keyPairs.set(secret, known);
  }
  return known;
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

function readKeyPair(secret: Secret): ResolvedCertificate | CertificateFault {
  const name = `Secret ${secret.metadata.namespace}/${secret.metadata.name}`;
  if (secret.type !== 'kubernetes.io/tls') {
    return fault(`${name} is of type ${secret.type}, it must be of type kubernetes.io/tls`);
  }
  const blocks = decode(secret, 'tls.crt').match(PEM_CERTIFICATE);
  if (blocks === null) return fault(`${name} has no PEM certificate in tls.crt`);
  const chain: X509Certificate[] = [];
  for (const [index, block] of blocks.entries()) {
    try {
      chain.push(new X509Certificate(block));
    } catch {
      return fault(`certificate ${index + 1} in tls.crt of ${name} is malformed`);
    }
  }
  const pem = decode(secret, 'tls.key');
  if (pem === '') return fault(`${name} has no private key in tls.key`);
  const leaf = chain[0]!;
  try {
    if (!leaf.checkPrivateKey(createPrivateKey(pem))) {
      return fault(`the key in tls.key of ${name} does not belong to the first certificate in tls.crt`);
    }
  } catch {
    return fault(`the private key in tls.key of ${name} is malformed or encrypted`);
  }
  const text = `${blocks.join('\n')}\n`;
  return {
    ok: true,
    key: `sha256/${createHash('sha256').update(text).update(pem).digest('hex')}`,
    certificate: { chain: text, key: pem, names: dnsNames(leaf), notAfter: leaf.validToDate.getTime() },
  };
}

function decode(secret: Secret, field: string): string {
  return Buffer.from(Object.hasOwn(secret.data, field) ? secret.data[field]! : '', 'base64').toString('latin1');
}

/**
 * The DNS names of the subject alternative name, in lower case. Node quotes a name that holds what could be taken for
 * a separator; no host has such a name.
 */
function dnsNames(certificate: X509Certificate): string[] {
  const names: string[] = [];
  for (const part of (certificate.subjectAltName ?? '').split(', ')) {
    if (part.startsWith('DNS:') && !part.startsWith('DNS:"')) names.push(part.slice(4).toLowerCase());
  }
  return names;
}
