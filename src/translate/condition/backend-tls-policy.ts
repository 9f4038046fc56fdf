import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';

export function accepted(generation: number): Condition {
  return condition('Accepted', 'True', 'Accepted', 'the policy is in effect', generation);
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

export function noValidCACertificate(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'NoValidCACertificate', message, generation);
}

export function resolvedRefs(generation: number): Condition {
  return condition('ResolvedRefs', 'True', 'ResolvedRefs', 'all references are resolved', generation);
}

export function unresolvedRefs(
  reason: 'InvalidCACertificateRef' | 'InvalidKind',
  message: string,
  generation: number,
): Condition {
  return condition('ResolvedRefs', 'False', reason, message, generation);
}
