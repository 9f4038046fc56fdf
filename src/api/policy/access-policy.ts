import { z } from 'zod';
import { accessRulesSchema } from './access-policy/rules.ts';
import type { Closing } from './closing.ts';
import { DEFAULTS_OR_OVERRIDES, inherited, OVERRIDES_OF_GATEWAYS } from './inherited.ts';
import { policyKind } from './own-kind.ts';
import { withRules } from './rule.ts';
import { targetRefs } from './target.ts';

const accessPolicySpecSchema = withRules(
  z.object({
    targetRefs: targetRefs(['Gateway', 'HTTPRoute', 'GRPCRoute']),
    ...inherited(accessRulesSchema),
  }),
  DEFAULTS_OR_OVERRIDES,
  OVERRIDES_OF_GATEWAYS,
);

export const { schema: accessPolicySchema, definition: accessPolicyKind } = policyKind({
  kind: 'AccessPolicy',
  plural: 'accesspolicies',
  shortNames: ['acpolicy'],
  description: 'Who may send requests to what is behind a Gateway or a route. One that cannot be kept lets nobody in.',
  policy: 'Inherited',
  spec: accessPolicySpecSchema,
});

export type AccessPolicy = z.output<typeof accessPolicySchema> & Closing;
