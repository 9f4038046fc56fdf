import { z } from 'zod';

const MAX_INT32 = 2 ** 31 - 1;

/** An integer between two bounds, by default those of a signed 32-bit number. */
export function integer(min = -MAX_INT32 - 1, max = MAX_INT32) {
  return z.int().superRefine((value, context) => {
    if (value < min || value > max) {
      context.addIssue({ code: 'custom', message: `must be between ${min} and ${max}, not ${value}` });
    }
  });
}

/** A TCP or UDP port. */
export const portNumber = integer(1, 65535);
