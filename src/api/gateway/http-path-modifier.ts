import { z } from 'zod';
import { text } from '../schema/text.ts';

/** What a redirect or a rewrite makes of the path. */
export const pathModifierSchema = z.object({
  type: z.enum(['ReplaceFullPath', 'ReplacePrefixMatch']),
  replaceFullPath: text({ max: 1024 }).optional(),
  replacePrefixMatch: text({ max: 1024 }).optional(),
});

export type HTTPPathModifier = z.output<typeof pathModifierSchema>;
