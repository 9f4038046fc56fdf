import type { KindDefinition } from './definition.ts';
import { gatewayParametersKind } from './gateway-parameters.ts';
import { httpMatchPolicyKind } from './http-match-policy.ts';
import { telemetryPolicyKind } from './telemetry-policy.ts';

/** Our own kinds. */
export const OWN_KINDS: readonly KindDefinition[] = [gatewayParametersKind, httpMatchPolicyKind, telemetryPolicyKind];
