import type { GatewayClass } from '../api/gateway/gateway-class.ts';
import type { Condition } from '../ir/status.ts';
import { accepted, invalidParameters } from './condition/gateway-class.ts';
import { SUPPORTED_FEATURES } from './feature.ts';
import { generationOf } from './object.ts';

export type GatewayClassStatus = {
  readonly conditions: readonly Condition[];
  readonly supportedFeatures: readonly { readonly name: string }[];
};

/** A GatewayClass of this controller. */
export type GatewayClassPlan = {
  readonly gatewayClass: GatewayClass;
  /** Why its Gateways are not accepted; `''` when they are. */
  readonly fault: string;
};

/** The classes that name this controller; all others, and the Gateways of others, are left alone. */
export function planGatewayClasses(classes: readonly GatewayClass[], controllerName: string): GatewayClassPlan[] {
  return classes
    .filter(({ spec }) => spec.controllerName === controllerName)
    .map((gatewayClass) => ({ gatewayClass, fault: faultOf(gatewayClass) }));
}

function faultOf({ spec }: GatewayClass): string {
  if (spec.parametersRef === undefined) return '';
  const { group, kind, name } = spec.parametersRef;
  return `parametersRef: ${group === '' ? kind : `${group}/${kind}`} ${name} is of no kind that this controller knows`;
}

export function gatewayClassStatus({ gatewayClass, fault }: GatewayClassPlan): GatewayClassStatus {
  const generation = generationOf(gatewayClass.metadata);
  return {
    conditions: [fault === '' ? accepted(generation) : invalidParameters(fault, generation)],
    supportedFeatures: SUPPORTED_FEATURES.map((name) => ({ name })),
  };
}
