import { cachePolicyKind } from './cache-policy.ts';
import type { KindDefinition } from './definition.ts';
import { gatewayParametersKind } from './gateway-parameters.ts';

/** Our own kinds. */
export const OWN_KINDS: readonly KindDefinition[] = [cachePolicyKind, gatewayParametersKind];
