import { accessPolicyTranslation } from './access-policy.ts';
import { backendTrafficPolicyTranslation } from './backend-traffic-policy.ts';
import { cachePolicyTranslation } from './cache-policy.ts';
import { httpMatchPolicyTranslation } from './http-match-policy.ts';
import type { PolicyKind } from './kind.ts';
import { rateLimitPolicyTranslation } from './rate-limit-policy.ts';
import { telemetryPolicyTranslation } from './telemetry-policy.ts';

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
  AccessPolicy: accessPolicyTranslation as unknown as PolicyKind,
  BackendTrafficPolicy: backendTrafficPolicyTranslation as unknown as PolicyKind,
  CachePolicy: cachePolicyTranslation as PolicyKind,
  HTTPMatchPolicy: httpMatchPolicyTranslation as PolicyKind,
  RateLimitPolicy: rateLimitPolicyTranslation as PolicyKind,
  TelemetryPolicy: telemetryPolicyTranslation as PolicyKind,
};
