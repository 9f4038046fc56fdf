import { z } from 'zod';
import { dnsLabel } from './name.ts';
import { clusterMeta } from './object-meta.ts';

/** The label that an API server puts on every namespace; selectors rely on it. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** A namespace; `metadata.labels` always has `kubernetes.io/metadata.name`. */
export const namespaceSchema = z
  .object({ apiVersion: z.literal('v1'), kind: z.literal('Namespace'), metadata: clusterMeta(dnsLabel) })
  .transform((namespace) => ({
    ...namespace,
    metadata: {
      ...namespace.metadata,
      labels: { ...namespace.metadata.labels, [NAME_LABEL]: namespace.metadata.name },
    },
  }));

export type Namespace = z.output<typeof namespaceSchema>;
