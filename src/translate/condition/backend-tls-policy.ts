/** What is said of BackendTLSPolicies only; the rest is as of our own policies (policy.ts). */
import type { Condition } from '../../ir/status.ts';
import { condition } from './condition.ts';

export function noValidCACertificate(message: string, generation: number): Condition {
  return condition('Accepted', 'False', 'NoValidCACertificate', message, generation);
}

export function unresolvedRefs(
  reason: 'InvalidCACertificateRef' | 'InvalidKind',
  message: string,
  generation: number,
): Condition {
  return condition('ResolvedRefs', 'False', reason, message, generation);
}
