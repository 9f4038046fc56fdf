import { z } from 'zod';
import { accessRulesSchema } from './access-policy/rules.ts';
import { policyKind } from './own-kind.ts';
import { withRules } from './rule.ts';
import { targetRefs } from './target.ts';

const accessPolicySpecSchema = withRules(
  z.object({
    targetRefs: targetRefs(['Gateway', 'HTTPRoute', 'GRPCRoute']),
    defaults: accessRulesSchema.describe('Hold where no policy for something more specific does.').optional(),
    overrides: accessRulesSchema.describe('Of a Gateway: hold whatever policies for its routes say.').optional(),
  }),
  {
    cel: 'has(self.defaults) != has(self.overrides)',
    holds: ({ defaults, overrides }) => (defaults !== undefined) !== (overrides !== undefined),
    message: 'must have either defaults or overrides',
  },
  {
    cel: "!has(self.overrides) || self.targetRefs.all(ref, ref.kind == 'Gateway')",
    holds: ({ overrides, targetRefs: refs }) => overrides === undefined || refs.every(({ kind }) => kind === 'Gateway'),
    message: 'must be set only when every target is a Gateway: nothing is below the others',
    path: ['overrides'],
  },
);

export const { schema: accessPolicySchema, definition: accessPolicyKind } = policyKind({
  kind: 'AccessPolicy',
  plural: 'accesspolicies',
  shortNames: ['acpolicy'],
  description: 'Who may send requests to what is behind a Gateway or a route. One that cannot be kept lets nobody in.',
  policy: 'Inherited',
  spec: accessPolicySpecSchema,
});

export type AccessPolicy = z.output<typeof accessPolicySchema>;
