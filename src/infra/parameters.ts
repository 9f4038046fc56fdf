/**
 * How the proxies of a Gateway are run: what GatewayParameters may say (class first, Gateway over it, field by field), with
 * everything decided.
 */
export type ProxyParameters = {
  readonly replicas: number;
  /** Workers of a proxy pod. */
  readonly workers: number;
  readonly resources: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  };
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  readonly serviceType: 'LoadBalancer' | 'NodePort' | 'ClusterIP';
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  /** Null: as the cluster decides. */
  readonly loadBalancerClass: string | null;
  /** Null: the replicas stay as they are. */
  readonly autoscaling: { readonly min: number; readonly max: number; readonly cpuUtilization: number } | null;
  /** Null: no PodDisruptionBudget. A number of pods, or a percentage such as `25%`. */
  readonly maxUnavailable: number | string | null;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly object[];
  readonly affinity: object | null;
  readonly topologySpreadConstraints: readonly object[];
  readonly priorityClassName: string | null;
  /** Seconds that a pod may take to drain. */
  readonly terminationGracePeriod: number;
};

export const PROXY_PARAMETERS: ProxyParameters = {
  replicas: 1,
  workers: 1,
  resources: { requests: { cpu: '100m', memory: '192Mi' }, limits: { memory: '1Gi' } },
  logLevel: 'info',
  serviceType: 'LoadBalancer',
  externalTrafficPolicy: 'Cluster',
  loadBalancerClass: null,
  autoscaling: null,
  maxUnavailable: null,
  podLabels: {},
  podAnnotations: {},
  nodeSelector: {},
  tolerations: [],
  affinity: null,
  topologySpreadConstraints: [],
  priorityClassName: null,
  terminationGracePeriod: 60,
};
