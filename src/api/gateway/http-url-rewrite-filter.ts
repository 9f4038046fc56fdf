import { z } from 'zod';
import { preciseHostname } from './hostname.ts';
import { pathModifierSchema } from './http-path-modifier.ts';

/** The host and path under which the backend sees the request. */
export const urlRewriteFilterSchema = z.object({
  hostname: preciseHostname.optional(),
  path: pathModifierSchema.optional(),
});

export type HTTPURLRewriteFilter = z.output<typeof urlRewriteFilterSchema>;
