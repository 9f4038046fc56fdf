import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';

export function accepted(generation: number): Condition {
  return condition('Accepted', 'True', 'Accepted', 'the parameters are valid and used', generation);
}
