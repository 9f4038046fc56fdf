import { z } from 'zod';
import { DEFAULTS_OR_OVERRIDES, inherited, OVERRIDES_OF_GATEWAYS } from './inherited.ts';
import { policyKind } from './own-kind.ts';
import { settingsSchema } from './rate-limit-policy/settings.ts';
import { withRules } from './rule.ts';
import { targetRefs } from './target.ts';

const rateLimitPolicySpecSchema = withRules(
  z.object({
    targetRefs: targetRefs(['Gateway', 'HTTPRoute', 'GRPCRoute', 'Service']),
    ...inherited(settingsSchema),
  }),
  DEFAULTS_OR_OVERRIDES,
  {
    cel: "self.targetRefs.all(ref, ref.kind == 'Service') || self.targetRefs.all(ref, ref.kind != 'Service')",
    holds: ({ targetRefs: refs }) => new Set(refs.map(({ kind }) => kind === 'Service')).size < 2,
    message: 'must be Services only, or no Services: requests are counted before or behind the choice of a backend',
    path: ['targetRefs'],
  },
  OVERRIDES_OF_GATEWAYS,
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
