import { z } from 'zod';
import { list } from '../schema/list.ts';
import { portNumber } from '../schema/number.ts';
import { objectReferenceSchema, secretObjectReferenceSchema } from './object-reference.ts';

const frontendTLSSchema = z.object({
  validation: z
    .object({
      caCertificateRefs: list(objectReferenceSchema, { min: 1, max: 16 }),
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

export type GatewayTLS = z.output<typeof gatewayTLSSchema>;
