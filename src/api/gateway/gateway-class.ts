import { z } from 'zod';
import { clusterMeta } from '../core/object-meta.ts';
import { text } from '../schema/text.ts';
import { conditionsSchema, lenientStatus } from './condition.ts';
import { controllerName } from './name.ts';
import { objectReferenceSchema } from './object-reference.ts';
import { apiVersion } from './version.ts';

const statusSchema = z.object({
  conditions: conditionsSchema,
  supportedFeatures: z.array(z.object({ name: z.string() })).optional(),
});

export const gatewayClassSchema = z.object({
  apiVersion,
  kind: z.literal('GatewayClass'),
  metadata: clusterMeta(),
  spec: z.object({
    controllerName,
    description: text({ max: 64 }).optional(),
    parametersRef: objectReferenceSchema.optional(),
  }),
  status: lenientStatus(statusSchema),
});

export type GatewayClass = z.output<typeof gatewayClassSchema>;
