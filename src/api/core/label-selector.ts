import { z } from 'zod';

/** A selector of labels as Gateway API objects hold it; which operators exist is decided when it is evaluated. */
export const labelSelectorSchema = z.object({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).optional() }))
    .optional(),
});

export type LabelSelector = z.output<typeof labelSelectorSchema>;
