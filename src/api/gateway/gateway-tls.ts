import { z } from 'zod';
import { list } from '../schema/list.ts';
import { portNumber } from '../schema/number.ts';
import { objectReferenceSchema, secretObjectReferenceSchema } from './object-reference.ts';

const caCertificateRefsSchema = list(objectReferenceSchema, { min: 1, max: 16 }).superRefine((refs, context) => {
  refs.forEach((ref, index) => {
    const clusterScoped = ref.group === 'certificates.k8s.io' && ref.kind === 'ClusterTrustBundle';
    if (!clusterScoped || ref.namespace === undefined) return;
    const message = 'must not be set: a ClusterTrustBundle has no namespace';
    context.addIssue({ code: 'custom', path: [index, 'namespace'], message });
  });
});

const frontendTLSSchema = z.object({
  validation: z
    .object({
      caCertificateRefs: caCertificateRefsSchema,
      mode: z.enum(['AllowValidOnly', 'AllowInsecureFallback']).default('AllowValidOnly'),
    })
    .optional(),
});

/** TLS settings of a whole Gateway: towards backends, and validation of client certificates. */
export const gatewayTLSSchema = z.object({
  backend: z.object({ clientCertificateRef: secretObjectReferenceSchema.optional() }).optional(),
  frontend: z
    .object({
      default: frontendTLSSchema,
      perPort: list(z.object({ port: portNumber, tls: frontendTLSSchema }), {
        max: 64,
        unique: { by: 'port', key: (entry) => entry.port },
      }).optional(),
    })
    .optional(),
});
