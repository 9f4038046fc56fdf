/** Balancing, circuit breakers and timeouts of Ocelot's routes. */
import { trafficPolicy } from '../core/backends.ts';
import { durationOf } from '../core/duration.ts';
import type { Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';

const BALANCERS: Readonly<Record<string, string>> = {
  leastconnection: 'LeastRequest',
  roundrobin: 'RoundRobin',
  noloadbalancer: 'First',
};

const SESSION = 1_200_000;

export function balanceBackend(route: Node, service: string, manifests: Manifests, global: Node | null): void {
  const options = route.get('LoadBalancerOptions') ?? global?.get('LoadBalancerOptions') ?? null;
  const type = options?.get('Type') ?? null;
  if (options === null || type === null || type.text === '') return;
  if (type.text.toLowerCase() === 'cookiestickysessions') {
    const expiry = options.get('Expiry');
    trafficPolicy(manifests, service, {
      sessionPersistence: {
        type: 'Cookie',
        cookie: { name: 'headgate-session' },
        idleTimeout: durationOf(expiry?.number ?? SESSION),
      },
    });
    type.different('BackendTrafficPolicy sessionPersistence: the proxy gives out a cookie of its own');
    options.get('Key')?.different('the cookie is headgate-session: that of the application is left alone');
    expiry?.translated('sessionPersistence.idleTimeout');
    return;
  }
  const own = BALANCERS[type.text.toLowerCase()];
  if (own === undefined) {
    type.unsupported('no such balancer');
    return;
  }
  if (own !== 'RoundRobin') trafficPolicy(manifests, service, { loadBalancer: { type: own } });
  type.translated(`BackendTrafficPolicy loadBalancer ${own}`);
  options.get('Key')?.translated('only with sticky sessions');
  options.get('Expiry')?.translated('only with sticky sessions');
}

export function breakCircuit(route: Node, service: string, manifests: Manifests, global: Node | null): void {
  const options = route.get('QoSOptions') ?? global?.get('QoSOptions') ?? null;
  if (options === null) return;
  const failures = options.get('ExceptionsAllowedBeforeBreaking') ?? options.get('MinimumThroughput');
  const ratio = options.get('FailureRatio');
  const duration = options.get('DurationOfBreak') ?? options.get('BreakDuration');
  const sampling = options.get('SamplingDuration');
  const open =
    duration === null || !(duration.number > 0) ? {} : { openDuration: durationOf(Math.max(500, duration.number)) };
  if (ratio !== null && ratio.number > 0) {
    const failureRatio = {
      percent: Math.max(1, Math.min(100, Math.round(ratio.number * 100))),
      ...(sampling === null ? {} : { interval: durationOf(sampling.number) }),
      ...(failures === null ? {} : { minimumRequests: Math.max(2, failures.number) }),
    };
    trafficPolicy(manifests, service, { circuitBreaker: { scope: 'Route', failureRatio, ...open } });
  } else if (failures !== null && failures.number > 0) {
    const consecutiveFailures = failures.number;
    trafficPolicy(manifests, service, { circuitBreaker: { scope: 'Route', consecutiveFailures, ...open } });
  }
  failures?.translated('BackendTrafficPolicy circuitBreaker');
  ratio?.translated('circuitBreaker.failureRatio');
  sampling?.translated('circuitBreaker.failureRatio.interval');
  duration?.translated('circuitBreaker.openDuration');
}

/** Milliseconds; null: as the Gateway has it. The circuit breaker's goes before the route's. */
export function timeoutOf(route: Node, global: Node | null): number | null {
  const options = route.get('QoSOptions') ?? global?.get('QoSOptions') ?? null;
  const breaker = options?.get('TimeoutValue') ?? options?.get('Timeout') ?? null;
  const own = route.get('Timeout');
  breaker?.translated('rules[].timeouts.request');
  if (breaker !== null && breaker.number > 0) {
    own?.different('the timeout of QoSOptions holds');
    return breaker.number;
  }
  own?.translated('rules[].timeouts.request');
  return own === null || !(own.number > 0) ? null : own.number * 1_000;
}
