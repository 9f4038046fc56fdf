import { z } from 'zod';

/**
 * Status is read leniently: it is written by controllers, an API server drops it from a created object, and whatever is
 * wrong with it must not cost the object its traffic.
 */
export const conditionSchema = z.object({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTransitionTime: z.string().default(''),
  observedGeneration: z.int().optional(),
});

export const conditionsSchema = z.array(conditionSchema).default([]);

/** A status of this shape, or none when it has another. */
export function lenientStatus<S extends z.ZodType>(schema: S) {
  return schema.optional().catch(undefined);
}
