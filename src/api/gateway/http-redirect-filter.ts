import { z } from 'zod';
import { portNumber } from '../schema/number.ts';
import { preciseHostname } from './hostname.ts';
import { pathModifierSchema } from './http-path-modifier.ts';

/** A redirect that answers the request. */
export const requestRedirectFilterSchema = z.object({
  scheme: z.enum(['http', 'https']).optional(),
  hostname: preciseHostname.optional(),
  path: pathModifierSchema.optional(),
  port: portNumber.optional(),
  statusCode: z.literal([301, 302, 303, 307, 308]).default(302),
});

export type HTTPRequestRedirectFilter = z.output<typeof requestRedirectFilterSchema>;
