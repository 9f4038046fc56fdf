/** Balancing, circuit breakers and timeouts of Ocelot's routes. */
import { durationOf } from '../core/duration.ts';
import type { BackendRef, Manifests } from '../core/manifests.ts';
import type { Node } from '../core/node.ts';
import { trafficPolicy } from '../core/traffic-policy.ts';

const BALANCERS: Readonly<Record<string, string>> = {
  leastconnection: 'LeastRequest',
  roundrobin: 'RoundRobin',
  noloadbalancer: 'First',
};

const SESSION = 1_200_000;

/** @param refs where the route leads */
export function balanceBackends(
  route: Node,
  refs: readonly BackendRef[],
  manifests: Manifests,
  global: Node | null,
): void {
  const options = route.get('LoadBalancerOptions') ?? global?.get('LoadBalancerOptions') ?? null;
  const type = options?.get('Type') ?? null;
  if (options === null || type === null || type.text === '') return;
  if (type.text.toLowerCase() === 'cookiestickysessions') {
    const expiry = options.get('Expiry');
    const sessionPersistence = {
      type: 'Cookie',
      cookie: { name: 'headgate-session' },
      idleTimeout: durationOf(expiry?.number ?? SESSION),
    };
    sayOf(refs, manifests, { sessionPersistence }, type, 'BackendTrafficPolicy sessionPersistence');
    type.different('the proxy gives out a cookie of its own');
    options.get('Key')?.different('the cookie is headgate-session: that of the application is left alone');
    expiry?.translated('sessionPersistence.idleTimeout');
    return;
  }
  const own = BALANCERS[type.text.toLowerCase()];
  if (own === undefined) {
    type.unsupported('no such balancer');
    return;
  }
  const said = `BackendTrafficPolicy loadBalancer ${own}`;
  if (own === 'RoundRobin') type.translated(said);
  else sayOf(refs, manifests, { loadBalancer: { type: own } }, type, said);
  options.get('Key')?.translated('only with sticky sessions');
  options.get('Expiry')?.translated('only with sticky sessions');
}

export function breakCircuit(
  route: Node,
  refs: readonly BackendRef[],
  manifests: Manifests,
  global: Node | null,
): void {
  const options = route.get('QoSOptions') ?? global?.get('QoSOptions') ?? null;
  if (options === null) return;
  const failures = options.get('ExceptionsAllowedBeforeBreaking') ?? options.get('MinimumThroughput');
  const ratio = options.get('FailureRatio');
  const duration = options.get('DurationOfBreak') ?? options.get('BreakDuration');
  const sampling = options.get('SamplingDuration');
  ratio?.translated('circuitBreaker.failureRatio');
  sampling?.translated('circuitBreaker.failureRatio.interval');
  duration?.translated('circuitBreaker.openDuration');
  const counts = countsOf(failures, ratio, sampling);
  if (counts === null) {
    failures?.translated('no circuit is broken');
    return;
  }
  const open =
    duration === null || !(duration.number > 0) ? {} : { openDuration: durationOf(Math.max(500, duration.number)) };
  const circuitBreaker = { scope: 'Route', ...counts, ...open };
  sayOf(refs, manifests, { circuitBreaker }, failures ?? ratio!, 'BackendTrafficPolicy circuitBreaker');
}

/** Null: nothing is counted. */
function countsOf(failures: Node | null, ratio: Node | null, sampling: Node | null): object | null {
  if (ratio !== null && ratio.number > 0) {
    const failureRatio = {
      percent: Math.max(1, Math.min(100, Math.round(ratio.number * 100))),
      ...(sampling === null ? {} : { interval: durationOf(sampling.number) }),
      ...(failures === null ? {} : { minimumRequests: Math.max(2, failures.number) }),
    };
    return { failureRatio };
  }
  return failures !== null && failures.number > 0 ? { consecutiveFailures: failures.number } : null;
}

/** Says something of each Service that a route leads to, and by `node` what has come of it. */
function sayOf(refs: readonly BackendRef[], manifests: Manifests, part: object, node: Node, said: string): void {
  const others = refs.filter((ref) => !trafficPolicy(manifests, ref, { ...part }));
  if (others.length > 0) {
    const names = others.map(({ name }) => name).join(', ');
    node.unsupported(
      `Service ${names}: another route has said otherwise, and a BackendTrafficPolicy is for all of them`,
    );
  } else if (refs.length > 1) {
    node.different(`${said}, of each of ${refs.length} Services; requests are shared between these by weight`);
  } else node.translated(said);
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
