import { z } from 'zod';
import { namespacedMeta } from '../core/object-meta.ts';
import { list } from '../schema/list.ts';
import { conditionsSchema, lenientStatus } from './condition.ts';
import { hostname } from './hostname.ts';
import { httpRouteRulesSchema } from './http-route-rule.ts';
import { parentReferenceSchema, parentReferencesSchema } from './parent-reference.ts';
import { apiVersion } from './version.ts';

const specSchema = z.object({
  parentRefs: parentReferencesSchema.optional(),
  useDefaultGateways: z.enum(['All', 'None']).optional(),
  hostnames: list(hostname, { max: 16 }).optional(),
  rules: httpRouteRulesSchema.prefault([{}]),
});

const statusSchema = z.object({
  parents: z
    .array(z.object({ parentRef: parentReferenceSchema, controllerName: z.string(), conditions: conditionsSchema }))
    .default([]),
});

export const httpRouteSchema = z.object({
  apiVersion,
  kind: z.literal('HTTPRoute'),
  metadata: namespacedMeta(),
  spec: specSchema,
  status: lenientStatus(statusSchema),
});

export type HTTPRoute = z.output<typeof httpRouteSchema>;
