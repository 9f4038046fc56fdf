import { z } from 'zod';
import { headerName } from '../../gateway/http-header.ts';
import { PATH, PATH_CHARACTERS } from '../../gateway/url-path.ts';
import { set } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';
import { byteSize } from '../value.ts';
import { serviceRefSchema, time } from './reference.ts';

const headerNames = set(headerName, { max: 64 });

/** As the experimental filter ExternalAuth of HTTPRoutes has it (GEP-1494), and a time. */
export const externalSchema = withRules(
  z.object({
    protocol: z.enum(['HTTP', 'GRPC']),
    backendRef: serviceRefSchema.describe('The service that is asked.'),
    http: z
      .object({
        path: text({ max: 1024, pattern: PATH, what: PATH_CHARACTERS })
          .describe('Stands before the path of the request.')
          .optional(),
        allowedHeaders: headerNames.describe('Of the request, beside those that are always sent.').optional(),
        allowedResponseHeaders: headerNames
          .describe('Of the answer, for the backend; all when there are none.')
          .optional(),
      })
      .optional(),
    grpc: z
      .object({ allowedHeaders: headerNames.describe('Of the request; all when there are none.').optional() })
      .optional(),
    forwardBody: z.object({ maxSize: byteSize.describe('A larger body is answered 413.') }).optional(),
    timeout: time.default('5s'),
  }),
  {
    cel: "self.protocol == 'HTTP' || !has(self.http)",
    holds: ({ protocol, http }) => protocol === 'HTTP' || http === undefined,
    message: 'must be set with the protocol HTTP only',
    path: ['http'],
  },
  {
    cel: "self.protocol == 'GRPC' || !has(self.grpc)",
    holds: ({ protocol, grpc }) => protocol === 'GRPC' || grpc === undefined,
    message: 'must be set with the protocol GRPC only',
    path: ['grpc'],
  },
);
