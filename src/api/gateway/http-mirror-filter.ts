import { z } from 'zod';
import { integer } from '../schema/number.ts';
import { backendObjectReferenceSchema } from './backend-reference.ts';

const fractionSchema = z.object({ numerator: integer(0), denominator: integer(1).default(100) });

/** A second backend that gets a copy of all requests, or of a share of them; its answers are dropped. */
export const requestMirrorFilterSchema = z.object({
  backendRef: backendObjectReferenceSchema,
  percent: integer(0, 100).optional(),
  fraction: fractionSchema.optional(),
});

export type HTTPRequestMirrorFilter = z.output<typeof requestMirrorFilterSchema>;
