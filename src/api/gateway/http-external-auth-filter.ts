import { z } from 'zod';
import { set } from '../schema/list.ts';
import { oneMember } from '../schema/member.ts';
import { integer } from '../schema/number.ts';
import { text } from '../schema/text.ts';
import { backendObjectReferenceSchema } from './backend-reference.ts';
import { PATH, PATH_CHARACTERS } from './url-path.ts';

const headerNames = set(z.string(), { max: 64 });

/** A service that is asked about each request (GEP-1494, experimental channel). */
export const externalAuthFilterSchema = z
  .object({
    protocol: z.enum(['HTTP', 'GRPC']),
    backendRef: backendObjectReferenceSchema,
    grpc: z.object({ allowedHeaders: headerNames.optional() }).optional(),
    http: z
      .object({
        path: text({ max: 1024, pattern: PATH, what: PATH_CHARACTERS }).optional(),
        allowedHeaders: headerNames.optional(),
        allowedResponseHeaders: headerNames.optional(),
      })
      .optional(),
    forwardBody: z.object({ maxSize: integer(0).optional() }).optional(),
  })
  .superRefine(oneMember('protocol', { GRPC: 'grpc', HTTP: 'http' }));

export type HTTPExternalAuthFilter = z.output<typeof externalAuthFilterSchema>;
