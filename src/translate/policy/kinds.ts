import { accessPolicyKind } from './access-policy.ts';
import { backendTrafficPolicyKind } from './backend-traffic-policy.ts';
import { CACHE_POLICY } from './cache-policy.ts';
import { httpMatchPolicyTranslation } from './http-match-policy.ts';
import type { PolicyKind } from './kind.ts';
import { RATE_LIMIT_POLICY } from './rate-limit-policy.ts';
import { telemetryPolicyKind } from './telemetry-policy.ts';

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
  AccessPolicy: accessPolicyKind as unknown as PolicyKind,
  BackendTrafficPolicy: backendTrafficPolicyKind as unknown as PolicyKind,
  HTTPMatchPolicy: httpMatchPolicyTranslation as PolicyKind,
  RateLimitPolicy: RATE_LIMIT_POLICY as PolicyKind,
  CachePolicy: CACHE_POLICY as PolicyKind,
  TelemetryPolicy: telemetryPolicyKind as PolicyKind,
};
