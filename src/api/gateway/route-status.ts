import { z } from 'zod';
import { conditionsSchema, lenientStatus } from './condition.ts';
import { parentReferenceSchema } from './parent-reference.ts';

/** What controllers say about a route, one entry for each of its parents. */
export const routeStatusSchema = lenientStatus(
  z.object({
    parents: z
      .array(z.object({ parentRef: parentReferenceSchema, controllerName: z.string(), conditions: conditionsSchema }))
      .default([]),
  }),
);
