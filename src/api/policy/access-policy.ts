import { z } from 'zod';
import { namespacedMeta } from '../core/object-meta.ts';
import { lenientStatus } from '../gateway/condition.ts';
import { accessRulesSchema } from './access-policy/rules.ts';
import type { KindDefinition } from './definition.ts';
import { withRules } from './rule.ts';
import { ACCEPTED_COLUMN, AGE_COLUMN, ancestorSchema, ancestorsStatus, PROGRAMMED_COLUMN } from './status.ts';
import { targetRefs } from './target.ts';
import { ownApiVersion } from './value.ts';

export const accessPolicySpecSchema = withRules(
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

const statusSchema = ancestorsStatus(ancestorSchema);

export const accessPolicySchema = z.object({
  apiVersion: ownApiVersion,
  kind: z.literal('AccessPolicy'),
  metadata: namespacedMeta(),
  spec: accessPolicySpecSchema,
  status: lenientStatus(statusSchema),
});

export type AccessPolicy = z.output<typeof accessPolicySchema>;

export const accessPolicyKind: KindDefinition = {
  kind: 'AccessPolicy',
  plural: 'accesspolicies',
  singular: 'accesspolicy',
  shortNames: ['acpolicy'],
  description: 'Who may send requests to what is behind a Gateway or a route. One that cannot be kept lets nobody in.',
  policy: 'Inherited',
  spec: accessPolicySpecSchema,
  status: statusSchema,
  columns: [
    { name: 'Target', type: 'string', jsonPath: '.spec.targetRefs[*].name' },
    ACCEPTED_COLUMN,
    PROGRAMMED_COLUMN,
    AGE_COLUMN,
  ],
};
