import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';

export function accepted(generation: number): Condition {
  return condition('Accepted', 'True', 'Accepted', 'the filter is in effect', generation);
}

/** Of itself, or where it is used. */
export function invalid(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'Invalid', message, generation);
}

export function programmed(generation: number): Condition {
  return condition('Programmed', 'True', 'Programmed', 'every ready proxy has the filter', generation);
}

/** What uses it answers 500. */
export function notProgrammed(generation: number): Condition {
  return condition('Programmed', 'False', 'Invalid', 'the filter is not accepted', generation);
}
