import type { ObjectKey } from '../ir/status.ts';
import { type GatewayPlan, type GatewayStatus, gatewayStatus } from './gateway.ts';
import { type GatewayClassPlan, type GatewayClassStatus, gatewayClassStatus } from './gateway-class.ts';
import type { GatewayParametersPlan, GatewayParametersStatus } from './gateway-parameters.ts';
import { compare, type Metadata } from './object.ts';
import type { HTTPRoutePlan, HTTPRouteStatus } from './route/http-route.ts';

/** The shape of that kind's `.status`, without the times of transition. */
export type ObjectStatus =
  | (ObjectKey & { readonly kind: 'GatewayClass'; readonly status: GatewayClassStatus })
  | (ObjectKey & { readonly kind: 'Gateway'; readonly status: GatewayStatus })
  | (ObjectKey & { readonly kind: 'GatewayParameters'; readonly status: GatewayParametersStatus })
  | (ObjectKey & { readonly kind: 'HTTPRoute'; readonly status: HTTPRouteStatus });

export function statusOfClass(plan: GatewayClassPlan): ObjectStatus {
  return { kind: 'GatewayClass', ...nameOf(plan.gatewayClass.metadata), status: gatewayClassStatus(plan) };
}

/** `attached` gives the number of accepted routes of a listener, by its key. */
export function statusOfGateway(plan: GatewayPlan, attached: (listener: string) => number): ObjectStatus {
  return { kind: 'Gateway', ...nameOf(plan.gateway.metadata), status: gatewayStatus(plan, attached) };
}

export function statusOfParameters({ parameters, status }: GatewayParametersPlan): ObjectStatus {
  return { kind: 'GatewayParameters', ...nameOf(parameters.metadata), status };
}

export function statusOfRoute(plan: HTTPRoutePlan): ObjectStatus {
  return { kind: 'HTTPRoute', ...nameOf(plan.route.metadata), status: plan.status };
}

/** By kind, namespace and name. */
export function byObject(a: ObjectKey, b: ObjectKey): number {
  return compare(a.kind, b.kind) || compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

function nameOf({ namespace = '', name }: Metadata): { readonly namespace: string; readonly name: string } {
  return { namespace, name };
}
