import { z } from 'zod';
import { integer } from '../schema/number.ts';
import { backendObjectReferenceSchema } from './backend-reference.ts';

const fractionSchema = z
  .object({ numerator: integer(0), denominator: integer(1).default(100) })
  .superRefine(({ numerator, denominator }, context) => {
    if (numerator <= denominator) return;
    const message = `must be at most the denominator, ${denominator}, not ${numerator}`;
    context.addIssue({ code: 'custom', path: ['numerator'], message });
  });

/** A second backend that gets a copy of all requests, or of a share of them; its answers are dropped. */
export const requestMirrorFilterSchema = z
  .object({
    backendRef: backendObjectReferenceSchema,
    percent: integer(0, 100).optional(),
    fraction: fractionSchema.optional(),
  })
  .refine(({ percent, fraction }) => percent === undefined || fraction === undefined, {
    path: ['fraction'],
    error: 'must not be set beside percent: the share is either of the two',
  });

export type HTTPRequestMirrorFilter = z.output<typeof requestMirrorFilterSchema>;
