import type { Json } from '../api-server.ts';
import { type Case, cases, times } from '../cases/case.ts';

const target = (name: string): Json => ({ group: '', kind: 'Service', name });
const policy = (spec: Json): Json => ({
  apiVersion: 'headgate.dev/v1alpha1',
  kind: 'BackendTrafficPolicy',
  metadata: { name: 'case' },
  spec: { targetRefs: [target('cart')], ...spec },
});
const balancer = (part: Json): Json => policy({ loadBalancer: part });
const hash = (part: Json): Json => balancer({ type: 'ConsistentHash', consistentHash: part });
const session = (part: Json): Json => policy({ sessionPersistence: part });
const breaker = (part: Json): Json => policy({ circuitBreaker: part });
const ratio = (part: Json): Json => breaker({ failureRatio: part });
const active = (part: Json): Json => policy({ activeHealthCheck: { path: '/', ...part } });

export const BACKEND_TRAFFIC_POLICY_CASES: readonly Case[] = [
  ...cases(policy, [
    ['it has targets', { targetRefs: [target('a')] }, { targetRefs: [] }, 'spec.targetRefs: must have at least 1 item'],
    [
      'its targets are few',
      { targetRefs: times(16, (index) => target(`cart-${index}`)) },
      { targetRefs: times(17, (index) => target(`cart-${index}`)) },
      'spec.targetRefs: must have at most 16 items, has 17',
    ],
    [
      'no target is named twice',
      { targetRefs: [target('a'), target('b')] },
      { targetRefs: [target('a'), target('a')] },
      'spec.targetRefs: must not name a target twice',
    ],
    [
      'a passive check counts something',
      { passiveHealthCheck: { consecutiveConnectErrors: 1 } },
      { passiveHealthCheck: {} },
      'spec.passiveHealthCheck: must have consecutiveConnectErrors or consecutiveServerErrors',
    ],
    [
      'an ejection lasts',
      { passiveHealthCheck: { consecutiveServerErrors: 100, ejectionDuration: '100ms' } },
      { passiveHealthCheck: { consecutiveServerErrors: 100, ejectionDuration: '99ms' } },
      'spec.passiveHealthCheck.ejectionDuration: must be at least 100ms',
    ],
    [
      'a rate has an interval',
      { retryConstraint: { minRetryRate: { interval: '1s' } } },
      { retryConstraint: { minRetryRate: { interval: '0s' } } },
      'spec.retryConstraint.minRetryRate.interval: must be more than 0s',
    ],
    [
      'a budget is not of a moment',
      { retryConstraint: { budget: { interval: '1s' } } },
      { retryConstraint: { budget: { interval: '999ms' } } },
      'spec.retryConstraint.budget.interval: must be at least 1s',
    ],
    [
      'a rate is of an hour at most',
      { retryConstraint: { minRetryRate: { interval: '1h' } } },
      { retryConstraint: { minRetryRate: { interval: '61m' } } },
      'spec.retryConstraint.minRetryRate.interval: must be at most 1h',
    ],
    [
      'a rate allows something',
      { retryConstraint: { minRetryRate: { count: 1 } } },
      { retryConstraint: { minRetryRate: { count: 0 } } },
      'spec.retryConstraint.minRetryRate.count: must be between 1 and 1000000, not 0',
    ],
    [
      'a budget is a part of the requests',
      { retryConstraint: { budget: { percent: 100 } } },
      { retryConstraint: { budget: { percent: 101 } } },
      'spec.retryConstraint.budget.percent: must be between 0 and 100, not 101',
    ],
    [
      'there is a connection',
      { connections: { maxPerEndpoint: 1 } },
      { connections: { maxPerEndpoint: 0 } },
      'spec.connections.maxPerEndpoint: must be between 1 and 1000000, not 0',
    ],
    [
      'a time to connect is at most a day',
      { connections: { connectTimeout: '24h' } },
      { connections: { connectTimeout: '24h1s' } },
      'spec.connections.connectTimeout: must be at most 24h',
    ],
  ]),
  ...cases(balancer, [
    [
      'a hash has a key',
      { type: 'ConsistentHash', consistentHash: { type: 'SourceIP' } },
      { type: 'ConsistentHash' },
      'spec.loadBalancer.consistentHash: must be set when type is ConsistentHash, and only then',
    ],
    [
      'the first one weighs nothing',
      { type: 'First' },
      { type: 'First', endpointWeights: [{ cidr: '10.0.0.0/8', weight: 2 }] },
      'spec.loadBalancer.endpointWeights: must not be set when type is First, which weighs nothing',
    ],
    [
      'a weight is one',
      { endpointWeights: [{ cidr: '10.0.0.0/8', weight: 1 }] },
      { endpointWeights: [{ cidr: '10.0.0.0/8', weight: 0 }] },
      'spec.loadBalancer.endpointWeights.0.weight: must be between 1 and 1000, not 0',
    ],
    [
      'a weight is for a network',
      { endpointWeights: [{ cidr: '10.0.0.1/32', weight: 1 }] },
      { endpointWeights: [{ cidr: '10.0.0.1', weight: 1 }] },
      'spec.loadBalancer.endpointWeights.0.cidr: must be a network, such as 10.0.0.0/8',
    ],
    [
      'a network has one weight',
      { endpointWeights: [{ cidr: '10.0.0.0/8', weight: 1 }] },
      {
        endpointWeights: [
          { cidr: '10.0.0.0/8', weight: 1 },
          { cidr: '10.0.0.0/8', weight: 2 },
        ],
      },
      'spec.loadBalancer.endpointWeights.1: must have another cidr than item 0: both have "10.0.0.0/8"',
    ],
    [
      'weights are not empty',
      { endpointWeights: [{ cidr: '10.0.0.0/8', weight: 1 }] },
      { endpointWeights: [] },
      'spec.loadBalancer.endpointWeights: must have at least 1 item',
    ],
    [
      'weights are few',
      { endpointWeights: times(64, (index) => ({ cidr: `10.0.${index}.0/24`, weight: 1 })) },
      { endpointWeights: times(65, (index) => ({ cidr: `10.0.${index}.0/24`, weight: 1 })) },
      'spec.loadBalancer.endpointWeights: must have at most 64 items, has 65',
    ],
  ]),
  ...cases(hash, [
    [
      'a hash of a header has one',
      { type: 'Header', header: { name: 'x-user' } },
      { type: 'Header' },
      'spec.loadBalancer.consistentHash.header: must be set when type is Header, and only then',
    ],
    [
      'a hash of a cookie has one',
      { type: 'Cookie', cookie: { name: 'user' } },
      { type: 'Cookie' },
      'spec.loadBalancer.consistentHash.cookie: must be set when type is Cookie, and only then',
    ],
  ]),
  ...cases(session, [
    [
      'sessions by cookie have one',
      { cookie: {} },
      { type: 'Cookie' },
      'spec.sessionPersistence.cookie: must be set when type is Cookie, and only then',
    ],
    [
      'sessions by header have one',
      { type: 'Header', header: { name: 'x-session' } },
      { type: 'Header' },
      'spec.sessionPersistence.header: must be set when type is Header, and only then',
    ],
    [
      'what is permanent has an end',
      { cookie: { lifetimeType: 'Permanent' }, absoluteTimeout: '1h' },
      { cookie: { lifetimeType: 'Permanent' } },
      'spec.sessionPersistence.absoluteTimeout: must be set when cookie.lifetimeType is Permanent',
    ],
    [
      "a cookie's path is one",
      { cookie: { path: '/cart' } },
      { cookie: { path: '/cart; Domain=example.com' } },
      'spec.sessionPersistence.cookie.path: must be a path without spaces and ";", not "/cart; Domain=example.com"',
    ],
    [
      "a cookie's path is not long",
      { cookie: { path: `/${'a'.repeat(1023)}` } },
      { cookie: { path: `/${'a'.repeat(1024)}` } },
      'spec.sessionPersistence.cookie.path: must have at most 1024 characters, has 1025',
    ],
    [
      "a cookie's name is a token",
      { cookie: { name: 'a' } },
      { cookie: { name: 'a=b' } },
      'spec.sessionPersistence.cookie.name: must be letters, digits and !#$%&\'*+-.^_`|~, not "a=b"',
    ],
    [
      'a timeout is a duration',
      { cookie: {}, idleTimeout: '20m' },
      { cookie: {}, idleTimeout: '20' },
      'spec.sessionPersistence.idleTimeout: must be a duration such as "10s", "1m30s" or "500ms", not "20"',
    ],
  ]),
  ...cases(breaker, [
    [
      'something opens the circuit, and only one thing',
      { consecutiveFailures: 3 },
      { consecutiveFailures: 3, failureRatio: {} },
      'spec.circuitBreaker: must have either consecutiveFailures or failureRatio',
    ],
    [
      'an open circuit stays open for a while',
      { consecutiveFailures: 3, openDuration: '500ms' },
      { consecutiveFailures: 3, openDuration: '499ms' },
      'spec.circuitBreaker.openDuration: must be at least 500ms',
    ],
    [
      'an open circuit is tried within a day',
      { consecutiveFailures: 3, openDuration: '24h' },
      { consecutiveFailures: 3, openDuration: '25h' },
      'spec.circuitBreaker.openDuration: must be at most 24h',
    ],
    [
      'a success is no failure',
      { consecutiveFailures: 3, failureCodes: [400] },
      { consecutiveFailures: 3, failureCodes: [399] },
      'spec.circuitBreaker.failureCodes.0: must be between 400 and 599, not 399',
    ],
    [
      'something is a failure',
      { consecutiveFailures: 3, failureCodes: [500] },
      { consecutiveFailures: 3, failureCodes: [] },
      'spec.circuitBreaker.failureCodes: must have at least 1 item',
    ],
    [
      'failures are few',
      { consecutiveFailures: 3, failureCodes: times(32, (index) => 500 + index) },
      { consecutiveFailures: 3, failureCodes: times(33, (index) => 500 + index) },
      'spec.circuitBreaker.failureCodes: must have at most 32 items, has 33',
    ],
    [
      'a failure is named once',
      { consecutiveFailures: 3, failureCodes: [500, 501] },
      { consecutiveFailures: 3, failureCodes: [500, 500] },
      'spec.circuitBreaker.failureCodes.1: must have another value than item 0: both have 500',
    ],
    [
      'a failure opens it',
      { consecutiveFailures: 1 },
      { consecutiveFailures: 0 },
      'spec.circuitBreaker.consecutiveFailures: must be between 1 and 10000, not 0',
    ],
    [
      'a half-open circuit lets something through',
      { consecutiveFailures: 1, halfOpenRequests: 1 },
      { consecutiveFailures: 1, halfOpenRequests: 0 },
      'spec.circuitBreaker.halfOpenRequests: must be between 1 and 100, not 0',
    ],
  ]),
  ...cases(ratio, [
    [
      'a ratio has an interval',
      { interval: '10s' },
      { interval: '0s' },
      'spec.circuitBreaker.failureRatio.interval: must be more than 0s',
    ],
    [
      'a ratio needs requests',
      { minimumRequests: 2 },
      { minimumRequests: 1 },
      'spec.circuitBreaker.failureRatio.minimumRequests: must be between 2 and 1000000, not 1',
    ],
    [
      'a ratio is not nothing',
      { percent: 1 },
      { percent: 0 },
      'spec.circuitBreaker.failureRatio.percent: must be between 1 and 100, not 0',
    ],
  ]),
  ...cases(active, [
    [
      'a check asks for a path',
      { path: '/healthz?full=1' },
      { path: 'healthz' },
      'spec.activeHealthCheck.path: must be a path with or without query, of visible ASCII characters, not "healthz"',
    ],
    [
      'checks are not all the time',
      { interval: '100ms' },
      { interval: '99ms' },
      'spec.activeHealthCheck.interval: must be at least 100ms',
    ],
    [
      'a check has time',
      { timeout: '100ms' },
      { timeout: '0s' },
      'spec.activeHealthCheck.timeout: must be at least 100ms',
    ],
    [
      'a check fails before it counts',
      { unhealthyThreshold: 1 },
      { unhealthyThreshold: 0 },
      'spec.activeHealthCheck.unhealthyThreshold: must be between 1 and 100, not 0',
    ],
    [
      'a check succeeds before it counts',
      { healthyThreshold: 100 },
      { healthyThreshold: 101 },
      'spec.activeHealthCheck.healthyThreshold: must be between 1 and 100, not 101',
    ],
    [
      'a status is one',
      { statuses: [599] },
      { statuses: [600] },
      'spec.activeHealthCheck.statuses.0: must be between 100 and 599, not 600',
    ],
    [
      'a host is one',
      { host: 'cart.internal' },
      { host: '*.internal' },
      'spec.activeHealthCheck.host: must be a host name in lower case without a wildcard, such as "shop.example", not "*.internal"',
    ],
  ]),
];
