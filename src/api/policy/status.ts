/** The status of our kinds: what became of an object, for each Gateway (or class) that it has a part in (GEP-713). */
import { z } from 'zod';
import { integer } from '../schema/number.ts';
import type { Column } from './definition.ts';

const short = (max: number) => z.string().meta({ maxLength: max });

const conditionSchema = z.object({
  type: short(316).meta({ minLength: 1 }),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: short(1024).meta({ minLength: 1 }),
  message: short(32_768),
  lastTransitionTime: z.string().meta({ format: 'date-time' }),
  observedGeneration: integer(0, Number.MAX_SAFE_INTEGER).optional(),
});

const MAP_BY_TYPE = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] };

const ancestorRefSchema = z.object({
  group: short(253).optional(),
  kind: short(63).optional(),
  namespace: short(63).optional(),
  name: short(253),
  sectionName: short(253).optional(),
  port: integer(1, 65_535).optional(),
});

/** One entry of `status.ancestors`; a kind may add fields of its own. */
export const ancestorSchema = z.object({
  ancestorRef: ancestorRefSchema.describe('The Gateway, or the GatewayClass, that the entry is about.'),
  controllerName: short(253).describe('The controller that wrote the entry.'),
  conditions: z.array(conditionSchema).meta({ maxItems: 8, ...MAP_BY_TYPE }),
});

/** The bound of GEP-713. */
export const MAX_ANCESTORS = 16;

export function ancestorsStatus<S extends z.ZodType>(ancestor: S) {
  return z.object({
    ancestors: z.array(ancestor).meta({ maxItems: MAX_ANCESTORS, 'x-kubernetes-list-type': 'atomic' }),
  });
}

const ofCondition = (type: string) => `.status.ancestors[*].conditions[?(@.type=="${type}")].status`;

export const ACCEPTED_COLUMN: Column = { name: 'Accepted', type: 'string', jsonPath: ofCondition('Accepted') };
export const PROGRAMMED_COLUMN: Column = { name: 'Programmed', type: 'string', jsonPath: ofCondition('Programmed') };
export const AGE_COLUMN: Column = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
