/** What each kind of policy and filter costs: a case is a route that has one, beside a route of the same Headgate that has none. */
import { SMALL_ANSWER } from '../routes.ts';
import { credentialCases } from './access.ts';
import type { PolicyCase } from './case.ts';
import { OWN, policy } from './object.ts';

/** Microseconds that what is on the path of most requests may cost (docs/benchmark.md). */
const MOST = 3;

function filter(name: string, spec: string): string {
  return `apiVersion: ${OWN}
kind: HTTPRouteFilter
metadata: { name: ${name}, namespace: bench }
spec: ${spec}`;
}

const extension = (name: string) =>
  `[{ type: ExtensionRef, extensionRef: { group: headgate.dev, kind: HTTPRouteFilter, name: ${name} } }]`;

/** For what is said of a Service. */
const ownService = (name: string) => `[{ name: ${name}, port: 80 }]`;

const REFERENCE = 'backendRef: { name: service0, port: 80 }';

export const POLICY_CASES: readonly PolicyCase[] = [
  {
    name: 'policy-none',
    title: 'none on either side: what these figures are off by',
    objects: () => [],
    limit: null,
  },
  ...credentialCases(MOST),
  {
    name: 'policy-rate-limit',
    title: 'RateLimitPolicy, counted by client',
    objects: (name) => [
      policy('RateLimitPolicy', name, 'defaults: { limits: [{ name: client, requests: 1000000000, interval: 1h }] }'),
    ],
    limit: MOST,
    shows: { field: ['ratelimit', '"client";r='] },
  },
  {
    name: 'policy-transform',
    title: 'Transform of three fields',
    objects: (name) => [
      filter(
        name,
        `
  type: Transform
  transform:
    requestHeaders:
      - { name: X-Client, value: '{ClientIP}' }
      - { name: X-Shop, value: 'shop-{header.x-tenant|none}' }
    responseHeaders: [{ name: X-Served-By, value: headgate }]`,
      ),
    ],
    filters: extension('policy-transform'),
    fields: ['X-Tenant: acme'],
    limit: MOST,
    shows: { field: ['x-served-by', 'headgate'] },
  },
  {
    name: 'policy-cache',
    title: 'CachePolicy, answered from the cache',
    objects: (name) => [policy('CachePolicy', name, 'ttl: 1h')],
    limit: MOST,
    shows: { field: ['cache-status', 'Headgate; hit'] },
  },
  {
    name: 'policy-match',
    title: 'HTTPMatchPolicy, template, header, cookie and source',
    objects: (name) => [
      policy(
        'HTTPMatchPolicy',
        name,
        `path: { template: '/{service}/{answer}' }
  headers: [{ name: X-Stable, type: Absent }]
  cookies: [{ name: beta, value: '1' }]
  sourceCIDRs: [127.0.0.0/8]`,
      ),
    ],
    fields: ['Cookie: beta=1'],
    limit: null,
    shows: { status: 404 },
  },
  {
    name: 'policy-expression',
    title: 'HTTPMatchPolicy, expression',
    objects: (name) => [
      policy('HTTPMatchPolicy', name, `expression: request.method == "GET" && request.headers["X-Role"] == "operator"`),
    ],
    fields: ['X-Role: operator'],
    limit: null,
    shows: { status: 404 },
  },
  {
    name: 'policy-breaker',
    title: 'BackendTrafficPolicy, circuit breaker, retry budget and ejection',
    objects: (name) => [
      policy(
        'BackendTrafficPolicy',
        name,
        `circuitBreaker: { consecutiveFailures: 3, openDuration: 5s }
  retryConstraint: { budget: { percent: 20, interval: 10s } }
  passiveHealthCheck: { consecutiveConnectErrors: 2, ejectionDuration: 10s }`,
        'Service',
      ),
    ],
    backendRefs: ownService('policy-breaker'),
    limit: null,
  },
  {
    name: 'policy-hash',
    title: 'BackendTrafficPolicy, consistent hash of the client',
    objects: (name) => [
      policy(
        'BackendTrafficPolicy',
        name,
        'loadBalancer: { type: ConsistentHash, consistentHash: { type: SourceIP } }',
        'Service',
      ),
    ],
    backendRefs: ownService('policy-hash'),
    limit: null,
  },
  {
    name: 'policy-session',
    title: 'BackendTrafficPolicy, session by cookie',
    objects: (name) => [
      policy(
        'BackendTrafficPolicy',
        name,
        'sessionPersistence: { type: Cookie, cookie: { name: session } }',
        'Service',
      ),
    ],
    backendRefs: ownService('policy-session'),
    limit: null,
    shows: { field: ['set-cookie', 'session='] },
  },
  {
    name: 'policy-trace',
    title: 'TelemetryPolicy, one trace in twenty',
    objects: (name) => [
      policy(
        'TelemetryPolicy',
        name,
        `tracing: { provider: { ${REFERENCE} }, samplingRate: { numerator: 5, denominator: 100 } }`,
      ),
    ],
    limit: null,
  },
  {
    name: 'policy-report',
    title: 'TelemetryPolicy, a report of every request',
    objects: (name) => [policy('TelemetryPolicy', name, `requestReport: { ${REFERENCE}, path: /report }`)],
    limit: null,
  },
  {
    name: 'policy-compression',
    title: 'Compression, page of 8 KiB by gzip',
    objects: (name) => [filter(name, '{ type: Compression, compression: { encodings: [Gzip] } }')],
    filters: extension('policy-compression'),
    fields: ['Accept-Encoding: gzip'],
    answer: 'page',
    limit: null,
    shows: { field: ['vary', 'Accept-Encoding'] },
  },
  {
    name: 'policy-direct',
    title: 'DirectResponse',
    objects: (name) => [
      filter(
        name,
        `{ type: DirectResponse, directResponse: { statusCode: 200, body: ${JSON.stringify(SMALL_ANSWER)} } }`,
      ),
    ],
    filters: extension('policy-direct'),
    limit: null,
  },
  {
    name: 'policy-aggregate',
    title: 'Aggregate of two parts',
    objects: (name) => [
      `apiVersion: ${OWN}
kind: Aggregate
metadata: { name: ${name}, namespace: bench }
spec:
  parts:
    - { key: one, ${REFERENCE}, path: /svc0/json }
    - { key: two, ${REFERENCE}, path: /svc0/json }`,
    ],
    backendRefs: '[{ group: headgate.dev, kind: Aggregate, name: policy-aggregate }]',
    limit: null,
    shows: { body: (body) => Object.keys(JSON.parse(body.toString())).join() === 'one,two' },
  },
];

/** Not a policy of a route: what the route without one costs in a Headgate that has no policy at all. */
export const UNUSED = 'policy-unused';

export const POLICY_NAMES: readonly string[] = [...POLICY_CASES.map(({ name }) => name), UNUSED];
