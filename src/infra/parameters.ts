import { milliseconds } from '../api/gateway/duration.ts';
import type { GatewayParametersSpec } from '../api/policy/gateway-parameters.ts';
import { proxyArguments } from './arguments.ts';

/** How the proxies of a Gateway are run, with everything decided. */
export type ProxyParameters = {
  readonly replicas: number;
  /** Workers of a proxy pod. */
  readonly workers: number;
  readonly resources: {
    readonly requests: Readonly<Record<string, number | string>>;
    readonly limits: Readonly<Record<string, number | string>>;
  };
  readonly logLevel: string;
  /** Further arguments of the proxy's command line. */
  readonly arguments: readonly string[];
  readonly serviceType: 'LoadBalancer' | 'NodePort' | 'ClusterIP';
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  /** Null: as the cluster decides. */
  readonly loadBalancerClass: string | null;
  /** Networks of clients that are let through; empty: all. */
  readonly loadBalancerSourceRanges: readonly string[];
  readonly serviceAnnotations: Readonly<Record<string, string>>;
  /** Null: the replicas stay as they are. */
  readonly autoscaling: { readonly min: number; readonly max: number; readonly cpuUtilization: number } | null;
  /** Null: no PodDisruptionBudget. A number of pods, or a percentage such as `25%`. */
  readonly maxUnavailable: number | string | null;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly object[];
  readonly affinity: object | null;
  /** Without a selector of their own: over the Gateway's pods. */
  readonly topologySpreadConstraints: readonly { readonly labelSelector?: object | undefined }[];
  readonly priorityClassName: string | null;
  /** Beside those of the installation. */
  readonly imagePullSecrets: readonly string[];
  /** Seconds that a pod may take to drain. */
  readonly terminationGracePeriod: number;
};

const REQUESTS = { cpu: '100m', memory: '192Mi' };
const LIMITS = { memory: '1Gi' };

/** What the proxy's own defaults are for draining, in milliseconds. */
const DRAIN = { delay: 5_000, timeout: 30_000 };
const GRACE = 60;
/** Seconds that a process may take to end once everything is drained. */
const ENDING = 5;

/** Parameters (already merged) with the defaults behind them. */
export function proxyParameters(spec: GatewayParametersSpec): ProxyParameters {
  const { proxy = {}, service = {} } = spec;
  const { pod = {}, autoscaling } = proxy;
  return {
    replicas: proxy.replicas ?? 1,
    workers: proxy.workers ?? 1,
    resources: resourcesOf(proxy.resources),
    logLevel: (proxy.logLevel ?? 'Info').toLowerCase(),
    arguments: proxyArguments(spec),
    serviceType: service.type ?? 'LoadBalancer',
    externalTrafficPolicy: service.externalTrafficPolicy ?? 'Cluster',
    loadBalancerClass: service.loadBalancerClass ?? null,
    loadBalancerSourceRanges: service.loadBalancerSourceRanges ?? [],
    serviceAnnotations: service.annotations ?? {},
    autoscaling:
      autoscaling === undefined
        ? null
        : {
            min: autoscaling.minReplicas,
            max: autoscaling.maxReplicas,
            cpuUtilization: autoscaling.targetCPUUtilization,
          },
    maxUnavailable: proxy.disruptionBudget?.maxUnavailable ?? null,
    podLabels: pod.labels ?? {},
    podAnnotations: pod.annotations ?? {},
    nodeSelector: pod.nodeSelector ?? {},
    tolerations: pod.tolerations ?? [],
    affinity: pod.affinity ?? null,
    topologySpreadConstraints: pod.topologySpreadConstraints ?? [],
    priorityClassName: pod.priorityClassName ?? null,
    imagePullSecrets: (pod.imagePullSecrets ?? []).map(({ name }) => name),
    terminationGracePeriod: pod.terminationGracePeriodSeconds ?? gracePeriod(proxy.drain),
  };
}

/** A default must not contradict what is said: a limit that is said stands for the request, and a request for no limit. */
function resourcesOf(given: NonNullable<GatewayParametersSpec['proxy']>['resources']): ProxyParameters['resources'] {
  const { requests = {}, limits = {} } = given ?? {};
  const beside = (defaults: Readonly<Record<string, string>>, other: object) =>
    Object.fromEntries(Object.entries(defaults).filter(([name]) => !Object.hasOwn(other, name)));
  return {
    requests: { ...beside(REQUESTS, limits), ...requests },
    limits: { ...beside(LIMITS, requests), ...limits },
  };
}

function gracePeriod(drain: NonNullable<GatewayParametersSpec['proxy']>['drain']): number {
  const part = (given: string | undefined, fallback: number) => (given === undefined ? fallback : milliseconds(given));
  const draining = part(drain?.delay, DRAIN.delay) + part(drain?.timeout, DRAIN.timeout);
  return Math.max(GRACE, Math.ceil(draining / 1_000) + ENDING);
}
