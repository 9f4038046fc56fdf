import { z } from 'zod';
import { oneMember } from '../schema/member.ts';
import { text } from '../schema/text.ts';

/** What a redirect or a rewrite makes of the path. */
export const pathModifierSchema = z
  .object({
    type: z.enum(['ReplaceFullPath', 'ReplacePrefixMatch']),
    replaceFullPath: text({ max: 1024 }).optional(),
    replacePrefixMatch: text({ max: 1024 }).optional(),
  })
  .superRefine(oneMember('type', { ReplaceFullPath: 'replaceFullPath', ReplacePrefixMatch: 'replacePrefixMatch' }));

export type HTTPPathModifier = z.output<typeof pathModifierSchema>;
