import { z } from 'zod';
import { clusterMeta } from './object-meta.ts';

/** Certificates of authorities that the whole cluster may trust (KEP-3257). What an API server demands of the name is not checked. */
export const clusterTrustBundleSchema = z.object({
  apiVersion: z.enum(['certificates.k8s.io/v1', 'certificates.k8s.io/v1beta1', 'certificates.k8s.io/v1alpha1']),
  kind: z.literal('ClusterTrustBundle'),
  metadata: clusterMeta(z.string().min(1)),
  spec: z.object({
    signerName: z.string().optional(),
    /** PEM. */
    trustBundle: z.string().min(1, { error: 'must not be empty' }),
  }),
});

export type ClusterTrustBundle = z.output<typeof clusterTrustBundleSchema>;
