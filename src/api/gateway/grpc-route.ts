import { z } from 'zod';
import { namespacedMeta } from '../core/object-meta.ts';
import { list } from '../schema/list.ts';
import { backendObjectReferenceFields, portFitsKind, weight } from './backend-reference.ts';
import { grpcRouteFiltersSchema } from './grpc-route-filter.ts';
import { grpcRouteMatchSchema } from './grpc-route-match.ts';
import { hostname } from './hostname.ts';
import { sectionName } from './name.ts';
import { parentReferencesSchema } from './parent-reference.ts';
import { boundedMatches, uniqueRuleNames } from './route-rules.ts';
import { routeStatusSchema } from './route-status.ts';
import { sessionPersistenceSchema } from './session-persistence.ts';
import { onlyVersion1 } from './version.ts';

const grpcBackendRefSchema = z
  .object({ ...backendObjectReferenceFields, weight, filters: grpcRouteFiltersSchema.optional() })
  .superRefine(portFitsKind);

const grpcRouteRuleSchema = z.object({
  name: sectionName.optional(),
  matches: list(grpcRouteMatchSchema, { max: 64 }).optional(),
  filters: grpcRouteFiltersSchema.optional(),
  backendRefs: list(grpcBackendRefSchema, { max: 16 }).optional(),
  sessionPersistence: sessionPersistenceSchema.optional(),
});

export type GRPCRouteRule = z.output<typeof grpcRouteRuleSchema>;

export const grpcRouteSchema = z.object({
  apiVersion: onlyVersion1,
  kind: z.literal('GRPCRoute'),
  metadata: namespacedMeta(),
  spec: z.object({
    parentRefs: parentReferencesSchema.optional(),
    useDefaultGateways: z.enum(['All', 'None']).optional(),
    hostnames: list(hostname, { max: 16 }).optional(),
    rules: list(grpcRouteRuleSchema, { max: 16 }).superRefine(uniqueRuleNames).superRefine(boundedMatches).optional(),
  }),
  status: routeStatusSchema,
});

export type GRPCRoute = z.output<typeof grpcRouteSchema>;
