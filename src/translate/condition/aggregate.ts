import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';
import type { UnresolvedReason } from './route.ts';

export function accepted(generation: number): Condition {
  return condition('Accepted', 'True', 'Accepted', 'the aggregate is in effect', generation);
}

export function resolvedRefs(generation: number): Condition {
  return condition('ResolvedRefs', 'True', 'ResolvedRefs', 'all references are resolved', generation);
}

/** The parts that are concerned fail. */
export function unresolvedRefs(reason: UnresolvedReason, message: string, generation: number): Condition {
  return condition('ResolvedRefs', 'False', reason, message, generation);
}

export function programmed(generation: number): Condition {
  return condition('Programmed', 'True', 'Programmed', 'every ready proxy has the aggregate', generation);
}
