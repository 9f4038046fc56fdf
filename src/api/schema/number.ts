import { z } from 'zod';

const MAX_INT32 = 2 ** 31 - 1;

/** An integer between two bounds, by default those of a signed 32-bit number. */
export function integer(min = -MAX_INT32 - 1, max = MAX_INT32) {
  return z
    .int()
    .superRefine((value, context) => {
      if (value >= min && value <= max) return;
      const allowed = value < min && max >= MAX_INT32 ? `at least ${min}` : `between ${min} and ${max}`;
      context.addIssue({ code: 'custom', message: `must be ${allowed}, not ${value}` });
    })
    .meta({ format: max > MAX_INT32 ? 'int64' : 'int32', minimum: min, maximum: max });
}

/** A TCP or UDP port. */
export const portNumber = integer(1, 65535);
