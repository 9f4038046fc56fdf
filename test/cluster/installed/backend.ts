/** Backends that tell which pod answered. */
import { readFileSync } from 'node:fs';
import { ECHO_IMAGE } from '../echo-image.ts';
import { CONTROLLER, create, get, rolledOut, SYSTEM } from './cluster.ts';

/**
 * A Deployment and its Service; resolves when it is ready.
 * @param graceful whether it ends connections properly on SIGTERM, and speaks WebSocket. The other one is gone at once.
 */
export async function startBackend(namespace: string, name = 'echo', replicas = 2, graceful = false): Promise<void> {
  const labels = { app: name };
  const container = graceful ? await gracefulContainer() : { image: ECHO_IMAGE };
  await create({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { metadata: { labels }, spec: podSpec(container, graceful ? 10 : 1) },
    },
  });
  await create({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: {
      selector: labels,
      ports: [
        { name: 'http', port: 80, targetPort: 3000 },
        { name: 'other', port: 8080, targetPort: 3000 },
      ],
    },
  });
  await rolledOut(namespace, name);
}

/** Node is in our own image, which is in the cluster already. */
async function gracefulContainer(): Promise<object> {
  const program = readFileSync(new URL('./program/graceful-backend.mjs', import.meta.url), 'utf8');
  return { image: await ownImage(), command: ['node', '--input-type=module', '--eval', program] };
}

/** The image of the installation. */
export async function ownImage(): Promise<string> {
  return (await get('Deployment', SYSTEM, CONTROLLER)).spec.template.spec.containers[0].image;
}

function podSpec(container: object, terminationGracePeriodSeconds: number): object {
  const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
  return {
    terminationGracePeriodSeconds,
    automountServiceAccountToken: false,
    containers: [
      {
        name: 'echo',
        imagePullPolicy: 'IfNotPresent',
        env: [field('POD_NAME', 'metadata.name'), field('NAMESPACE', 'metadata.namespace')],
        readinessProbe: { tcpSocket: { port: 3000 }, periodSeconds: 1 },
        ...container,
      },
    ],
  };
}
