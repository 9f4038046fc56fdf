import { z } from 'zod';
import { clusterObjectMetaSchema } from './object-meta.ts';

export const namespaceSchema = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('Namespace'),
  metadata: clusterObjectMetaSchema,
});

export type Namespace = z.output<typeof namespaceSchema>;
