import { z } from 'zod';
import { set } from '../schema/list.ts';
import { integer } from '../schema/number.ts';
import { text } from '../schema/text.ts';
import { headerName } from './http-header.ts';
import { HTTP_METHODS } from './http-route-match.ts';

const origin = text({
  min: 1,
  max: 253,
  pattern: /^\*$|^https?:\/\/(?:(?:\*\.)?(?:[a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+|\*)(?::[0-9]{1,5})?$/,
  what: '"*" or an origin such as "https://app.example", "https://*.app.example" or "http://app.example:8080"',
});

/** `*` stands for everything, so nothing may stand beside it. */
function wildcardAlone(values: readonly string[], context: z.RefinementCtx): void {
  if (values.length > 1 && values.includes('*')) {
    context.addIssue({ code: 'custom', message: 'must be either ["*"] alone or a list without "*"' });
  }
}

/** Cross-origin resource sharing (GEP-1767). */
export const corsFilterSchema = z.object({
  allowOrigins: set(origin, { max: 64 }).superRefine(wildcardAlone).optional(),
  allowCredentials: z.boolean().optional(),
  allowMethods: set(z.enum([...HTTP_METHODS, '*']), { max: 9 })
    .superRefine(wildcardAlone)
    .optional(),
  allowHeaders: set(headerName, { max: 64 }).superRefine(wildcardAlone).optional(),
  exposeHeaders: set(headerName, { max: 64 }).optional(),
  /** Seconds. */
  maxAge: integer(1).default(5),
});

export type HTTPCORSFilter = z.output<typeof corsFilterSchema>;
