import { z } from 'zod';
import { integer } from '../schema/number.ts';
import { circuitBreakerSchema, retryConstraintSchema } from './backend-traffic-policy/breaking.ts';
import { activeHealthCheckSchema, passiveHealthCheckSchema } from './backend-traffic-policy/health.ts';
import { loadBalancerSchema } from './backend-traffic-policy/load-balancer.ts';
import { sessionPersistenceSchema } from './backend-traffic-policy/session.ts';
import { policyKind } from './own-kind.ts';
import { targetRefs } from './target.ts';
import { count, duration } from './value.ts';

const connectionsSchema = z.object({
  maxPerEndpoint: integer(1, 1_000_000).describe('Per worker; requests beyond that wait.').optional(),
  maxPendingRequests: count.describe('Per endpoint and worker; more are answered 503.').optional(),
  connectTimeout: duration.describe('To connect to an endpoint; 0s is none.').optional(),
});

export const backendTrafficPolicySpecSchema = z.object({
  targetRefs: targetRefs(['Service']),
  loadBalancer: loadBalancerSchema.describe('Which endpoint gets a request.').optional(),
  sessionPersistence: sessionPersistenceSchema
    .describe('Requests of one session go to the same endpoint. One of the route rule goes before it.')
    .optional(),
  circuitBreaker: circuitBreakerSchema
    .describe('Answers 503 at once, without the backend, while the backend fails.')
    .optional(),
  retryConstraint: retryConstraintSchema
    .describe('Bounds retries to a part of the requests; beyond it requests are answered 503.')
    .optional(),
  passiveHealthCheck: passiveHealthCheckSchema
    .describe('Leaves out endpoints that fail requests, for a while.')
    .optional(),
  activeHealthCheck: activeHealthCheckSchema
    .describe('Asks every endpoint by itself, and leaves out those that do not answer well.')
    .optional(),
  connections: connectionsSchema.describe("Bounds in place of the proxy's own.").optional(),
});

export const { schema: backendTrafficPolicySchema, definition: backendTrafficPolicyKind } = policyKind({
  kind: 'BackendTrafficPolicy',
  plural: 'backendtrafficpolicies',
  shortNames: ['btpolicy'],
  description: 'How requests reach the endpoints of a Service: balancing, sessions, circuit breaker, retries, health.',
  policy: 'Direct',
  spec: backendTrafficPolicySpecSchema,
});

export type BackendTrafficPolicy = z.output<typeof backendTrafficPolicySchema>;
