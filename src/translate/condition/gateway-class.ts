import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';

export function accepted(generation: number): Condition {
  return condition('Accepted', 'True', 'Accepted', 'Gateways of this class are served by Headgate', generation);
}

export function invalidParameters(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'InvalidParameters', message, generation);
}
