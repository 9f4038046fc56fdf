import { httpMatchPolicyTranslation } from './http-match-policy.ts';
import type { PolicyKind } from './kind.ts';

/** The kinds of our policies. */
export type PolicyKindName =
  | 'AccessPolicy'
  | 'BackendTrafficPolicy'
  | 'CachePolicy'
  | 'HTTPMatchPolicy'
  | 'RateLimitPolicy'
  | 'TelemetryPolicy';

/** Those that are built: what they differ in. */
export const POLICY_KINDS: Readonly<Partial<Record<string, PolicyKind>>> = {
  HTTPMatchPolicy: httpMatchPolicyTranslation as PolicyKind,
};
