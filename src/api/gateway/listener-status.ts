import { z } from 'zod';
import { conditionsSchema } from './condition.ts';

/** What a Gateway and a ListenerSet say of each of their listeners. */
export const listenerStatusesSchema = z
  .array(
    z.object({
      name: z.string(),
      attachedRoutes: z.int(),
      supportedKinds: z.array(z.object({ group: z.string().optional(), kind: z.string() })).optional(),
      conditions: conditionsSchema,
    }),
  )
  .optional();
