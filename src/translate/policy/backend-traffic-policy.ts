/** BackendTrafficPolicy: how requests reach the endpoints of a Service. What it says stands in the backend itself. */
import { milliseconds } from '../../api/gateway/duration.ts';
import type { BackendTrafficPolicy } from '../../api/policy/backend-traffic-policy.ts';
import type {
  ActiveHealthCheck,
  CircuitBreaker,
  ConnectionBounds,
  HashKey,
  LoadBalancer,
  PassiveHealthCheck,
  RetryConstraint,
  Traffic,
} from '../../ir/traffic.ts';
import { keyOf } from '../object.ts';
import { sessionPersistence } from '../session.ts';
import type { PolicyKind } from './kind.ts';

type Spec = BackendTrafficPolicy['spec'];

export const backendTrafficPolicyTranslation: PolicyKind<BackendTrafficPolicy> = {
  kind: 'BackendTrafficPolicy',
  policy: 'Direct',
  targets: ['Service'],
  failsClosed: false,
  referents: () => [],
  convert: () => ({ entry: null, overrides: false, faults: [], backends: [], secrets: {} }),
  applyToBackend: (policy, backend) => ({ ...backend, traffic: trafficOf(policy, backend.name) }),
};

/** `backend` is the name of the backend that it holds for. */
function trafficOf({ metadata, spec }: BackendTrafficPolicy, backend: string): Traffic {
  const { activeHealthCheck, circuitBreaker, passiveHealthCheck, retryConstraint } = spec;
  return {
    policy: keyOf(metadata),
    loadBalancer: loadBalancerOf(spec.loadBalancer),
    sessionPersistence:
      spec.sessionPersistence === undefined
        ? null
        : sessionPersistence(spec.sessionPersistence, `backend ${backend}`, metadata.uid),
    circuitBreaker: circuitBreaker === undefined ? null : circuitBreakerOf(circuitBreaker),
    retryConstraint: retryConstraint === undefined ? null : retryConstraintOf(retryConstraint),
    passiveHealthCheck: passiveHealthCheck === undefined ? null : passiveHealthCheckOf(passiveHealthCheck),
    activeHealthCheck: activeHealthCheck === undefined ? null : activeHealthCheckOf(activeHealthCheck),
    connections: connectionsOf(spec.connections),
  };
}

function loadBalancerOf(spec: Spec['loadBalancer']): LoadBalancer {
  return {
    type: spec?.type ?? 'RoundRobin',
    hash: spec?.consistentHash === undefined ? null : hashOf(spec.consistentHash),
    weights: (spec?.endpointWeights ?? []).map(({ cidr, weight }) => ({ cidr, weight })),
  };
}

function hashOf({ cookie, header }: NonNullable<NonNullable<Spec['loadBalancer']>['consistentHash']>): HashKey {
  if (header !== undefined) return { kind: 'header', name: header.name.toLowerCase() };
  return cookie === undefined ? { kind: 'sourceIP' } : { kind: 'cookie', name: cookie.name };
}

function circuitBreakerOf(spec: NonNullable<Spec['circuitBreaker']>): CircuitBreaker {
  const { consecutiveFailures = 0, failureCodes, failureRatio, halfOpenRequests, openDuration, scope } = spec;
  return {
    scope,
    consecutiveFailures,
    failureRatio:
      failureRatio === undefined
        ? null
        : {
            percent: failureRatio.percent,
            interval: milliseconds(failureRatio.interval),
            minimumRequests: failureRatio.minimumRequests,
          },
    openDuration: milliseconds(openDuration),
    halfOpenRequests,
    failureCodes: inOrder(failureCodes),
  };
}

function retryConstraintOf({ budget, minRetryRate }: NonNullable<Spec['retryConstraint']>): RetryConstraint {
  return {
    percent: budget.percent,
    interval: milliseconds(budget.interval),
    minCount: minRetryRate.count,
    minInterval: milliseconds(minRetryRate.interval),
  };
}

function passiveHealthCheckOf(spec: NonNullable<Spec['passiveHealthCheck']>): PassiveHealthCheck {
  return {
    consecutiveConnectErrors: spec.consecutiveConnectErrors ?? 0,
    consecutiveServerErrors: spec.consecutiveServerErrors ?? 0,
    ejectionDuration: milliseconds(spec.ejectionDuration),
  };
}

function activeHealthCheckOf(spec: NonNullable<Spec['activeHealthCheck']>): ActiveHealthCheck {
  const { healthyThreshold, host = '', interval, path, statuses = [], timeout, unhealthyThreshold } = spec;
  return {
    path,
    host,
    interval: milliseconds(interval),
    timeout: milliseconds(timeout),
    unhealthyThreshold,
    healthyThreshold,
    statuses: inOrder(statuses),
  };
}

function connectionsOf(spec: Spec['connections'] = {}): ConnectionBounds {
  const { connectTimeout, maxPendingRequests = null, maxPerEndpoint = null } = spec;
  return {
    maxPerEndpoint,
    maxPendingRequests,
    connectTimeout: connectTimeout === undefined ? null : milliseconds(connectTimeout),
  };
}

function inOrder(codes: readonly number[]): number[] {
  return [...codes].sort((a, b) => a - b);
}
