/** A backend that is spoken to over TLS, and the policy that says so. */
import { readFileSync } from 'node:fs';
import { ownImage } from './backend.ts';
import { create, type KubeObject, rolledOut } from './cluster.ts';
import { CA, keyPair } from './tls-secret.ts';

export const TLS_BACKEND = 'tls-backend';
const HOSTS = 'backend.example';

/** A Deployment, its Service and the policy in its first version; resolves when it is ready. */
export async function startTlsBackend(namespace: string): Promise<void> {
  const name = TLS_BACKEND;
  const pair = await keyPair(`*.${HOSTS}`);
  await create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data: { 'ca.crt': CA } });
  const program = readFileSync(new URL('./program/tls-backend.mjs', import.meta.url), 'utf8');
  const container = {
    name: 'backend',
    image: await ownImage(),
    imagePullPolicy: 'IfNotPresent',
    command: ['node', '--input-type=module', '--eval', program],
    env: [
      { name: 'CERT', value: pair.cert },
      { name: 'KEY', value: pair.key },
    ],
    readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 },
  };
  const labels = { app: name };
  await create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { automountServiceAccountToken: false, containers: [container] } },
    },
  });
  await create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { selector: labels, ports: [{ name: 'https', port: 80, targetPort: 3000 }] },
  });
  await create(backendTLSPolicy(namespace, 1));
  await rolledOut(namespace, name);
}

/** The backend is asked for by a name that has the version in it. */
export function backendTLSPolicy(namespace: string, version: number): KubeObject {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'BackendTLSPolicy',
    metadata: { namespace, name: TLS_BACKEND },
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name: TLS_BACKEND }],
      validation: {
        hostname: `v${version}.${HOSTS}`,
        caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: TLS_BACKEND }],
      },
    },
  };
}
