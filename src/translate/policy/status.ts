import type { Condition } from '../../ir/status.ts';
import * as policyCondition from '../condition/policy.ts';
import { generationOf } from '../object.ts';
import { gatewayAncestors, type PolicyStatus } from './ancestors.ts';
import type { PolicyBook } from './book.ts';
import type { PolicyObject } from './kind.ts';

/**
 * `gateways` (`namespace/name`) are those in which the policy has a part. Without any, a policy is none of this controller's
 * business, unless a target does not exist: then nobody but us would tell, and the entry is about the target itself.
 */
export function policyStatus(
  policy: PolicyObject,
  gateways: Iterable<string>,
  book: PolicyBook,
  controllerName: string,
): PolicyStatus | null {
  const { accepted, content } = book.judge(policy);
  const generation = generationOf(policy.metadata);
  const isAccepted = accepted.status === 'True';
  const programmed = isAccepted ? policyCondition.programmed(generation) : policyCondition.notProgrammed(generation);
  const conditions = [accepted, ...resolved(content.unresolved, generation), programmed];
  const ancestors = gatewayAncestors(gateways, controllerName, () => conditions);
  if (ancestors.length > 0) return { ancestors };
  if (accepted.reason !== 'TargetNotFound') return null;
  const [{ group, kind, name }] = policy.spec.targetRefs as [PolicyObject['spec']['targetRefs'][number]];
  const ancestorRef = { group, kind, namespace: policy.metadata.namespace, name };
  return { ancestors: [{ ancestorRef, controllerName, conditions }] };
}

function resolved(unresolved: readonly string[] | undefined, generation: number): Condition[] {
  if (unresolved === undefined) return [];
  return unresolved.length === 0
    ? [policyCondition.resolvedRefs(generation)]
    : [policyCondition.unresolvedRefs(unresolved.join('; '), generation)];
}
