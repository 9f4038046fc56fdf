import { z } from 'zod';
import { objectMetaSchema } from './object-meta.ts';

export const configMapSchema = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('ConfigMap'),
  metadata: objectMetaSchema,
  data: z.record(z.string(), z.string()).default({}),
  /** Base64. */
  binaryData: z.record(z.string(), z.string()).default({}),
});

export type ConfigMap = z.output<typeof configMapSchema>;
