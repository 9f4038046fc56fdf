import type { Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';

/** Secrets of the certificates; returns their names. */
export function certificatesOf(root: Node, manifests: Manifests): string[] {
  for (const ca of root.list('ca_certificates')) {
    ca.unsupported('authorities of clients belong to the Gateway: spec.tls.frontend.default.validation');
  }
  return root.list('certificates').flatMap((certificate, index) => {
    const [cert, key] = [certificate.get('cert'), certificate.get('key')];
    if (cert === null || key === null || !cert.text.includes('-----BEGIN CERTIFICATE-----')) {
      certificate.unsupported('there is no certificate and key in it');
      return [];
    }
    const name = manifests.nameFor('Secret', `certificate-${index + 1}`);
    manifests.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: manifests.namespace },
      type: 'kubernetes.io/tls',
      stringData: { 'tls.crt': cert.text, 'tls.key': key.text },
    });
    for (const part of [cert, key]) part.translated(`Secret ${name}, shown by listener https`);
    certificate.get('id')?.translated('not needed');
    certificate.get('tags')?.unsupported('Secrets are given no labels');
    certificate.get('snis')?.different('the certificate is shown for the names that it is for');
    return [name];
  });
}
