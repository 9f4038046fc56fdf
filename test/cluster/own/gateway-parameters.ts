import type { Json } from '../api-server.ts';
import { type Case, cases, times } from '../cases/case.ts';

const parameters = (spec: Json): Json => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'GatewayParameters',
  metadata: { name: 'case' },
  spec,
});
const proxy = (part: Json): Json => parameters({ proxy: part });
const pod = (part: Json): Json => proxy({ pod: part });
const tolerations = (...list: Json[]): Json => pod({ tolerations: list });

const KEYS = 'must have keys of at most 63 letters, digits, "-", "_" and ".", possibly after a domain and "/"';
const BYTES = 'must be a number of bytes such as 65536, "64Ki" or "10Mi"';

export const GATEWAY_PARAMETERS_CASES: readonly Case[] = [
  ...cases(proxy, [
    [
      'replicas are few',
      { replicas: 1000 },
      { replicas: 1001 },
      'spec.proxy.replicas: must be between 0 and 1000, not 1001',
    ],
    ['a pod has a worker', { workers: 1 }, { workers: 0 }, 'spec.proxy.workers: must be between 1 and 256, not 0'],
    [
      'an autoscaler has room',
      { autoscaling: { minReplicas: 2, maxReplicas: 2 } },
      { autoscaling: { minReplicas: 3, maxReplicas: 2 } },
      'spec.proxy.autoscaling.maxReplicas: must be at least minReplicas',
    ],
    [
      'a quantity has a known unit',
      { resources: { limits: { memory: '1Gi' } } },
      { resources: { limits: { memory: '1GiB' } } },
      'spec.proxy.resources.limits.memory: must be a quantity such as "250m", "2" or "256Mi", not "1GiB"',
    ],
    [
      'a quantity is not negative',
      { resources: { requests: { cpu: 0 } } },
      { resources: { requests: { cpu: -1 } } },
      'spec.proxy.resources.requests.cpu: must be at least 0',
    ],
    [
      'a resource has a name',
      { resources: { requests: { 'example.com/gpu': 1 } } },
      { resources: { requests: { 'example.com/': 1 } } },
      `spec.proxy.resources.requests: ${KEYS}`,
    ],
    [
      'a budget is a count or a percentage',
      { disruptionBudget: { maxUnavailable: '100%' } },
      { disruptionBudget: { maxUnavailable: '101%' } },
      'spec.proxy.disruptionBudget.maxUnavailable: must be a percentage such as "25%", not "101%"',
    ],
    [
      'draining is over within a day',
      { drain: { timeout: '23h60m' } },
      { drain: { timeout: '24h1ms' } },
      'spec.proxy.drain.timeout: must be at most 24h',
    ],
  ]),
  ...cases(pod, [
    ['a label has a key', { labels: { a: '' } }, { labels: { '-a': '' } }, `spec.proxy.pod.labels: ${KEYS}`],
    [
      'a label has at most 63 characters',
      { labels: { a: 'b'.repeat(63) } },
      { labels: { a: 'b'.repeat(64) } },
      'spec.proxy.pod.labels.a: must have at most 63 characters, has 64',
    ],
    [
      'at most 16 annotations',
      { annotations: Object.fromEntries(times(16, (i) => [`a${i}`, ''])) },
      { annotations: Object.fromEntries(times(17, (i) => [`a${i}`, ''])) },
      'spec.proxy.pod.annotations: must have at most 16 entries, has 17',
    ],
    [
      'a pull secret is there once',
      { imagePullSecrets: [{ name: 'a' }, { name: 'b' }] },
      { imagePullSecrets: [{ name: 'a' }, { name: 'a' }] },
      'spec.proxy.pod.imagePullSecrets.1: must have another name than item 0: both have "a"',
    ],
    [
      'a node is preferred with a weight',
      {
        affinity: {
          nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference: {} }] },
        },
      },
      {
        affinity: {
          nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, preference: {} }] },
        },
      },
      'spec.proxy.pod.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.weight: must be between 1 and 100, not 101',
    ],
    [
      'pods are spread by a key',
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }] },
      { topologySpreadConstraints: [{ maxSkew: 1, topologyKey: '', whenUnsatisfiable: 'DoNotSchedule' }] },
      'spec.proxy.pod.topologySpreadConstraints.0.topologyKey: must not be empty',
    ],
  ]),
  ...cases(tolerations, [
    [
      'a toleration without a key is of everything',
      { operator: 'Exists' },
      { operator: 'Equal' },
      'spec.proxy.pod.tolerations.0: must have a key, or the operator Exists, which tolerates every taint',
    ],
    [
      'a key that exists has no value',
      { key: 'a', operator: 'Exists', value: '' },
      { key: 'a', operator: 'Exists', value: 'b' },
      'spec.proxy.pod.tolerations.0.value: must have no value when the operator is Exists',
    ],
    [
      'a toleration ends for NoExecute only',
      { key: 'a', effect: 'NoExecute', tolerationSeconds: 1 },
      { key: 'a', effect: 'NoSchedule', tolerationSeconds: 1 },
      'spec.proxy.pod.tolerations.0.tolerationSeconds: must be set with the effect NoExecute only',
    ],
  ]),
  ...cases(parameters, [
    [
      'a source range is a network',
      { service: { loadBalancerSourceRanges: ['10.0.0.0/8'] } },
      { service: { loadBalancerSourceRanges: ['10.0.0.0/33'] } },
      'spec.service.loadBalancerSourceRanges.0: must be a network, such as 10.0.0.0/8',
    ],
    [
      'clients that may ask are named when anybody may',
      { debugHeader: { mode: 'Enabled', clientCIDRs: ['10.0.0.0/8'] } },
      { debugHeader: { mode: 'Enabled' } },
      'spec.debugHeader.clientCIDRs: must be set when mode is Enabled, and only then',
    ],
    [
      'an address of the type IPAddress is one',
      { addresses: [{ value: '192.0.2.1' }] },
      { addresses: [{ value: 'edge' }] },
      'spec.addresses.0.value: must be an IP address',
    ],
    [
      'an address of the type Hostname is one',
      { addresses: [{ type: 'Hostname', value: 'edge.example' }] },
      { addresses: [{ type: 'Hostname', value: 'Edge.example' }] },
      'spec.addresses.0.value: must be a host name in lower case',
    ],
    [
      'an address is there once',
      { addresses: [{ value: '192.0.2.1' }, { type: 'Hostname', value: '192.0.2.1.example' }] },
      { addresses: [{ value: '192.0.2.1' }, { type: 'IPAddress', value: '192.0.2.1' }] },
      'spec.addresses.1: must have another type and value than item 0: both have "IPAddress 192.0.2.1"',
    ],
    [
      'X-Forwarded-For needs trust',
      { clientIP: { source: 'XForwardedFor', trustedCIDRs: ['10.0.0.0/8'] } },
      { clientIP: { source: 'XForwardedFor' } },
      'spec.clientIP.trustedCIDRs: must be set unless source is Connection, and only then',
    ],
    [
      'trust without X-Forwarded-For is a mistake',
      { clientIP: { source: 'Connection' } },
      { clientIP: { source: 'Connection', trustedCIDRs: ['10.0.0.0/8'] } },
      'spec.clientIP.trustedCIDRs: must be set unless source is Connection, and only then',
    ],
    [
      'a size is below 1 TiB',
      { http: { maxRequestBytes: '999Gi' } },
      { http: { maxRequestBytes: '1000Gi' } },
      `spec.http.maxRequestBytes: ${BYTES}, not "1000Gi"`,
    ],
    [
      'a timeout is a duration',
      { timeouts: { clientIdle: '0s' } },
      { timeouts: { clientIdle: '5' } },
      'spec.timeouts.clientIdle: must be a duration such as "10s", "1m30s" or "500ms", not "5"',
    ],
    [
      'what frames a message is left alone',
      { headers: { response: { remove: ['Server'] } } },
      { headers: { response: { remove: ['Connection'] } } },
      'spec.headers.response.remove.0: must not be connection, content-length, keep-alive, proxy-connection, te, trailer, transfer-encoding, upgrade or host',
    ],
    [
      'a base URL has no slash at its end',
      { publicURL: 'https://shop.example:8443/eu' },
      { publicURL: 'https://shop.example/' },
      'spec.publicURL: must be an http or https URL of a host in lower case, without a slash at the end, such as "https://shop.example", not "https://shop.example/"',
    ],
    ['a log is on or off', { accessLog: { mode: 'Enabled' } }, { accessLog: {} }, 'spec.accessLog.mode: is required'],
  ]),
];
