import { z } from 'zod';
import { dnsLabel, dnsSubdomain } from './name.ts';

const stringMap = z.record(z.string(), z.string());

const common = {
  name: dnsSubdomain,
  labels: stringMap.optional(),
  annotations: stringMap.optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.int().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
};

/** `metadata` of a kind that lives in a namespace, which is `default` when the document names none. */
export const objectMetaSchema = z.object({ ...common, namespace: dnsLabel.default('default') });

/** `metadata` of a cluster-scoped kind. */
export const clusterObjectMetaSchema = z.object(common);

export type ObjectMeta = z.output<typeof objectMetaSchema>;
export type ClusterObjectMeta = z.output<typeof clusterObjectMetaSchema>;
