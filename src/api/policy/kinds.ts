import { aggregateKind } from './aggregate.ts';
import type { KindDefinition } from './definition.ts';
import { gatewayParametersKind } from './gateway-parameters.ts';
import { httpMatchPolicyKind } from './http-match-policy.ts';
import { httpRouteFilterKind } from './http-route-filter.ts';

/** Our own kinds. */
export const OWN_KINDS: readonly KindDefinition[] = [
  aggregateKind,
  gatewayParametersKind,
  httpMatchPolicyKind,
  httpRouteFilterKind,
];
