import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';

export function accepted(generation: number, note = ''): Condition {
  const message = `the policy is in effect${note === '' ? '' : `; ${note}`}`;
  return condition('Accepted', 'True', 'Accepted', message, generation);
}

/** Another policy has the same target. */
export function conflicted(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'Conflicted', message, generation);
}

export function invalid(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'Invalid', message, generation);
}

export function targetNotFound(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'TargetNotFound', message, generation);
}

export function resolvedRefs(generation: number): Condition {
  return condition('ResolvedRefs', 'True', 'ResolvedRefs', 'all references are resolved', generation);
}

/** The policy is in effect without what it refers to. */
export function unresolvedRefs(message: string, generation: number): Condition {
  return condition('ResolvedRefs', 'False', 'InvalidReference', message, generation);
}

export function programmed(generation: number): Condition {
  return condition('Programmed', 'True', 'Programmed', 'every ready proxy has the policy', generation);
}

/** It has nothing to do with requests, so no proxy has it. */
export function notProgrammed(generation: number): Condition {
  return condition('Programmed', 'False', 'Invalid', 'the policy is not accepted', generation);
}
