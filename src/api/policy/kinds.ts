import { accessPolicyKind } from './access-policy.ts';
import { aggregateKind } from './aggregate.ts';
import { backendTrafficPolicyKind } from './backend-traffic-policy.ts';
import { cachePolicyKind } from './cache-policy.ts';
import type { KindDefinition } from './definition.ts';
import { gatewayParametersKind } from './gateway-parameters.ts';
import { httpMatchPolicyKind } from './http-match-policy.ts';
import { httpRouteFilterKind } from './http-route-filter.ts';
import { rateLimitPolicyKind } from './rate-limit-policy.ts';
import { telemetryPolicyKind } from './telemetry-policy.ts';

/** Our own kinds. */
export const OWN_KINDS: readonly KindDefinition[] = [
  accessPolicyKind,
  aggregateKind,
  backendTrafficPolicyKind,
  cachePolicyKind,
  gatewayParametersKind,
  httpMatchPolicyKind,
  httpRouteFilterKind,
  rateLimitPolicyKind,
  telemetryPolicyKind,
];
