import type { Child, Rendered } from './render.ts';

/** Readiness and metrics, on the pod's address; the rest of the admin API stays on loopback. */
const HEALTH_PORT = 9902;
/** Memory for the last good table and a newer one beside it. */
const STATE_SIZE = '128Mi';
/** Seconds. The snapshot server is asked for nothing but tables, so a token may be short. */
const TOKEN_LIFE = 3600;
/**
 * On the pods: the UID of their ServiceAccount. The tokens of one that was deleted are worth nothing, also when another by its
 * name is there, and the kubelet renews them late; so pods that have such tokens are replaced.
 */
export const ACCOUNT = 'headgate.dev/service-account';

export function deployment(child: Child): Rendered['object'] {
  const { account, metadata, parameters, selector, installation } = child;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: parameters.replicas,
      selector: { matchLabels: selector },
      // A new pod serves before an old one leaves.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
      template: {
        metadata: {
          labels: { ...parameters.podLabels, ...metadata.labels },
          annotations: {
            ...parameters.podAnnotations,
            ...metadata.annotations,
            ...(account === '' ? {} : { [ACCOUNT]: account }),
          },
        },
        spec: {
          serviceAccountName: metadata.name,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: parameters.terminationGracePeriod,
          imagePullSecrets: pullSecrets(child),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65532,
            runAsGroup: 65532,
            fsGroup: 65532,
            seccompProfile: { type: 'RuntimeDefault' },
            // Listeners on ports below 1024, with no capability at all; Kubernetes counts this sysctl as safe.
            sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
          },
          containers: [container(child)],
          volumes: [
            {
              name: 'snapshot',
              projected: {
                sources: [
                  {
                    serviceAccountToken: {
                      audience: installation.snapshotAudience,
                      expirationSeconds: TOKEN_LIFE,
                      path: 'token',
                    },
                  },
                  { configMap: { name: metadata.name, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
                ],
              },
            },
            { name: 'state', emptyDir: { medium: 'Memory', sizeLimit: STATE_SIZE } },
          ],
          ...placement(child),
        },
      },
    },
  };
}

function container({ gateway, parameters, installation }: Child): object {
  return {
    name: 'proxy',
    image: installation.image,
    imagePullPolicy: installation.imagePullPolicy,
    args: [
      'proxy',
      `--gateway=${gateway.metadata.namespace}/${gateway.metadata.name}`,
      `--controller=${installation.snapshotAddress}`,
      '--credentials=/var/run/headgate/snapshot',
      '--state=/var/lib/headgate',
      '--address=::',
      `--health-port=${HEALTH_PORT}`,
      `--workers=${parameters.workers}`,
      `--log-level=${parameters.logLevel}`,
      ...parameters.arguments,
    ],
    env: [
      // The process that hears of tables keeps one of them and makes little garbage; its workers have options of their own.
      { name: 'NODE_OPTIONS', value: '--max-semi-space-size=2' },
      // One thread of each process does the work; what others have allocated for a moment would be 5 MiB kept apart.
      { name: 'MALLOC_ARENA_MAX', value: '1' },
    ],
    ports: [{ name: 'health', containerPort: HEALTH_PORT }],
    resources: { requests: quantities(parameters.resources.requests), limits: quantities(parameters.resources.limits) },
    // On a node that is busy a start takes as long as it takes; a proxy that is killed for it only starts again.
    startupProbe: { httpGet: { path: '/healthz', port: 'health' }, periodSeconds: 1, failureThreshold: 300 },
    // A pod that is deleted leaves the endpoints by itself, and a proxy that is slow to answer here serves nevertheless: taking
    // it out when the node is busy would refuse its clients.
    readinessProbe: {
      httpGet: { path: '/readyz', port: 'health' },
      periodSeconds: 1,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
    livenessProbe: {
      httpGet: { path: '/healthz', port: 'health' },
      periodSeconds: 10,
      timeoutSeconds: 10,
      failureThreshold: 6,
    },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [
      { name: 'snapshot', mountPath: '/var/run/headgate/snapshot', readOnly: true },
      { name: 'state', mountPath: '/var/lib/headgate' },
    ],
  };
}

/** As text, which is how they live: a number would look like a difference. */
function quantities(given: Readonly<Record<string, number | string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, quantity]) => [name, String(quantity)]));
}

function pullSecrets({ parameters, installation }: Child): object[] {
  const names = new Set([...installation.imagePullSecrets, ...parameters.imagePullSecrets]);
  return Array.from(names, (name) => ({ name }));
}

function placement({ parameters, selector }: Child): object {
  return {
    nodeSelector: parameters.nodeSelector,
    tolerations: parameters.tolerations,
    topologySpreadConstraints: parameters.topologySpreadConstraints.map((constraint) => ({
      labelSelector: { matchLabels: selector },
      ...constraint,
    })),
    ...(parameters.affinity === null ? {} : { affinity: parameters.affinity }),
    ...(parameters.priorityClassName === null ? {} : { priorityClassName: parameters.priorityClassName }),
  };
}
