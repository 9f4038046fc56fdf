import type { GatewayClass } from '../api/gateway/gateway-class.ts';
import type { Condition } from '../ir/status.ts';
import { accepted, invalidParameters } from './condition/gateway-class.ts';
import { generationOf } from './object.ts';

/** What is built, by the names of Gateway API v1.7 (pkg/features). An API server wants them sorted. */
export const SUPPORTED_FEATURES: readonly string[] = [
  'Gateway',
  'GatewayHTTPListenerIsolation',
  'GatewayPort8080',
  'GatewayRouteHostnameIntersectionPrecedence',
  'HTTPRoute',
  'HTTPRoute303RedirectStatusCode',
  'HTTPRoute307RedirectStatusCode',
  'HTTPRoute308RedirectStatusCode',
  'HTTPRouteBackendProtocolWebSocket',
  'HTTPRouteBackendRequestHeaderModification',
  'HTTPRouteBackendTimeout',
  'HTTPRouteCORS',
  'HTTPRouteHostRewrite',
  'HTTPRouteMethodMatching',
  'HTTPRouteNamedRouteRule',
  'HTTPRouteParentRefPort',
  'HTTPRoutePathRedirect',
  'HTTPRoutePathRewrite',
  'HTTPRoutePortRedirect',
  'HTTPRouteQueryParamMatching',
  'HTTPRouteRequestMirror',
  'HTTPRouteRequestMultipleMirrors',
  'HTTPRouteRequestPercentageMirror',
  'HTTPRouteRequestTimeout',
  'HTTPRouteResponseHeaderModification',
  'HTTPRouteRetryCodes',
  'HTTPRouteRetryConnectionError',
  'HTTPRouteSchemeRedirect',
  'ReferenceGrant',
];

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
