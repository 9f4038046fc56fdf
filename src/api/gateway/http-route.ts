import { z } from 'zod';
import { namespacedMeta } from '../core/object-meta.ts';
import { list } from '../schema/list.ts';
import { hostname } from './hostname.ts';
import { httpRouteRulesSchema } from './http-route-rule.ts';
import { parentReferencesSchema } from './parent-reference.ts';
import { routeStatusSchema } from './route-status.ts';
import { apiVersion } from './version.ts';

const specSchema = z.object({
  parentRefs: parentReferencesSchema.optional(),
  useDefaultGateways: z.enum(['All', 'None']).optional(),
  hostnames: list(hostname, { max: 16 }).optional(),
  rules: httpRouteRulesSchema.prefault([{}]),
});

export const httpRouteSchema = z.object({
  apiVersion,
  kind: z.literal('HTTPRoute'),
  metadata: namespacedMeta(),
  spec: specSchema,
  status: routeStatusSchema,
});

export type HTTPRoute = z.output<typeof httpRouteSchema>;
