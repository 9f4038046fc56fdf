import { z } from 'zod';
import { list, set } from '../schema/list.ts';
import { integer } from '../schema/number.ts';
import { backendObjectReferenceFields, weight } from './backend-reference.ts';
import { duration } from './duration.ts';
import { httpRouteFiltersSchema } from './http-route-filter.ts';
import { httpRouteMatchSchema } from './http-route-match.ts';
import { sectionName } from './name.ts';
import { sessionPersistenceSchema } from './session-persistence.ts';

const httpBackendRefSchema = z.object({
  ...backendObjectReferenceFields,
  weight,
  filters: httpRouteFiltersSchema.optional(),
});

const retrySchema = z.object({
  attempts: integer(0, Number.MAX_SAFE_INTEGER).default(1),
  backoff: duration.optional(),
  codes: set(integer(400, 599)).optional(),
});

const timeoutsSchema = z.object({ request: duration.optional(), backendRequest: duration.optional() });

export const httpRouteRuleSchema = z.object({
  name: sectionName.optional(),
  matches: list(httpRouteMatchSchema, { max: 64 }).prefault([{}]),
  filters: httpRouteFiltersSchema.optional(),
  backendRefs: list(httpBackendRefSchema, { max: 16 }).optional(),
  timeouts: timeoutsSchema.optional(),
  retry: retrySchema.optional(),
  sessionPersistence: sessionPersistenceSchema.optional(),
});

export type HTTPRouteRule = z.output<typeof httpRouteRuleSchema>;
export type HTTPBackendRef = z.output<typeof httpBackendRefSchema>;
export type HTTPRouteRetry = z.output<typeof retrySchema>;
export type HTTPRouteTimeouts = z.output<typeof timeoutsSchema>;
