import { z } from 'zod';
import { namespacedMeta } from '../core/object-meta.ts';
import { lenientStatus } from '../gateway/condition.ts';
import { integer } from '../schema/number.ts';
import { circuitBreakerSchema, retryConstraintSchema } from './backend-traffic-policy/breaking.ts';
import { activeHealthCheckSchema, passiveHealthCheckSchema } from './backend-traffic-policy/health.ts';
import { loadBalancerSchema } from './backend-traffic-policy/load-balancer.ts';
import { sessionPersistenceSchema } from './backend-traffic-policy/session.ts';
import type { KindDefinition } from './definition.ts';
import { ACCEPTED_COLUMN, AGE_COLUMN, ancestorSchema, ancestorsStatus, PROGRAMMED_COLUMN } from './status.ts';
import { targetRefs } from './target.ts';
import { count, duration, ownApiVersion } from './value.ts';

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

const statusSchema = ancestorsStatus(ancestorSchema);

export const backendTrafficPolicySchema = z.object({
  apiVersion: ownApiVersion,
  kind: z.literal('BackendTrafficPolicy'),
  metadata: namespacedMeta(),
  spec: backendTrafficPolicySpecSchema,
  status: lenientStatus(statusSchema),
});

export type BackendTrafficPolicy = z.output<typeof backendTrafficPolicySchema>;

export const backendTrafficPolicyKind: KindDefinition = {
  kind: 'BackendTrafficPolicy',
  plural: 'backendtrafficpolicies',
  singular: 'backendtrafficpolicy',
  shortNames: ['btpolicy'],
  description: 'How requests reach the endpoints of a Service: balancing, sessions, circuit breaker, retries, health.',
  policy: 'Direct',
  spec: backendTrafficPolicySpecSchema,
  status: statusSchema,
  columns: [
    { name: 'Target', type: 'string', jsonPath: '.spec.targetRefs[*].name' },
    ACCEPTED_COLUMN,
    PROGRAMMED_COLUMN,
    AGE_COLUMN,
  ],
};
