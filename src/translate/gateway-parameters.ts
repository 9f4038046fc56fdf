/** What becomes of GatewayParameters: who uses them. */
import { GATEWAY_GROUP } from '../api/gateway/name.ts';
import type { GatewayParameters } from '../api/policy/gateway-parameters.ts';
import { MAX_ANCESTORS } from '../api/policy/status.ts';
import type { Condition } from '../ir/status.ts';
import { accepted } from './condition/gateway-parameters.ts';
import type { GatewayPlan } from './gateway.ts';
import type { GatewayClassPlan } from './gateway-class.ts';
import { compare, generationOf, keyOf } from './object.ts';

/** `namespace` is that of a Gateway. */
export type ParametersAncestorRef = {
  readonly group: string;
  readonly kind: 'Gateway' | 'GatewayClass';
  readonly namespace?: string;
  readonly name: string;
};

export type GatewayParametersStatus = {
  /** The first ones, when there are more than a status may hold. */
  readonly ancestors: readonly {
    readonly ancestorRef: ParametersAncestorRef;
    readonly controllerName: string;
    readonly conditions: readonly Condition[];
  }[];
};

export type GatewayParametersPlan = {
  readonly parameters: GatewayParameters;
  readonly status: GatewayParametersStatus;
};

/** Of those that a class or a Gateway of this controller names. */
export function planParameters(
  classes: readonly GatewayClassPlan[],
  gateways: Iterable<GatewayPlan>,
  controllerName: string,
): GatewayParametersPlan[] {
  const users = new Map<GatewayParameters, ParametersAncestorRef[]>();
  const use = (parameters: GatewayParameters | null, ref: ParametersAncestorRef): void => {
    if (parameters !== null) users.set(parameters, [...(users.get(parameters) ?? []), ref]);
  };
  for (const { gatewayClass, parameters } of classes) {
    use(parameters, { group: GATEWAY_GROUP, kind: 'GatewayClass', name: gatewayClass.metadata.name });
  }
  for (const { gateway, parameters } of gateways) {
    const { namespace, name } = gateway.metadata;
    use(parameters, { group: GATEWAY_GROUP, kind: 'Gateway', namespace, name });
  }
  return [...users].map(([parameters, refs]) => ({
    parameters,
    status: {
      ancestors: refs
        .sort((a, b) => compare(b.kind, a.kind) || compare(keyOf(a), keyOf(b)))
        .slice(0, MAX_ANCESTORS)
        .map((ancestorRef) => ({
          ancestorRef,
          controllerName,
          conditions: [accepted(generationOf(parameters.metadata))],
        })),
    },
  }));
}
