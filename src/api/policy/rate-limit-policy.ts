import { z } from 'zod';
import { settingsSchema } from './rate-limit-policy/settings.ts';
import { policyKind } from './own-kind.ts';
import { withRules } from './rule.ts';
import { targetRefs } from './target.ts';

const rateLimitPolicySpecSchema = withRules(
  z.object({
    targetRefs: targetRefs(['Gateway', 'HTTPRoute', 'GRPCRoute', 'Service']),
    defaults: settingsSchema.describe('Hold where no policy for something more specific does.').optional(),
    overrides: settingsSchema.describe('Of a Gateway: hold whatever policies for its routes say.').optional(),
  }),
  {
    cel: 'has(self.defaults) != has(self.overrides)',
    holds: ({ defaults, overrides }) => (defaults !== undefined) !== (overrides !== undefined),
    message: 'must have either defaults or overrides',
  },
  {
    cel: "self.targetRefs.all(ref, ref.kind == 'Service') || self.targetRefs.all(ref, ref.kind != 'Service')",
    holds: ({ targetRefs: refs }) => new Set(refs.map(({ kind }) => kind === 'Service')).size < 2,
    message: 'must be Services only, or no Services: requests are counted before or behind the choice of a backend',
    path: ['targetRefs'],
  },
  {
    cel: "!has(self.overrides) || self.targetRefs.all(ref, ref.kind == 'Gateway')",
    holds: ({ overrides, targetRefs: refs }) => overrides === undefined || refs.every(({ kind }) => kind === 'Gateway'),
    message: 'must be set only when every target is a Gateway: nothing is below the others',
    path: ['overrides'],
  },
);

export const { schema: rateLimitPolicySchema, definition: rateLimitPolicyKind } = policyKind({
  kind: 'RateLimitPolicy',
  plural: 'ratelimitpolicies',
  shortNames: ['rlpolicy'],
  description: 'How many requests are let through to what is behind a Gateway, a route or a Service.',
  policy: 'Inherited',
  spec: rateLimitPolicySpecSchema,
});

export type RateLimitPolicy = z.output<typeof rateLimitPolicySchema>;
