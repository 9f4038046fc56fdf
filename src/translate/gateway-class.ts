import type { GatewayClass } from '../api/gateway/gateway-class.ts';
import type { GatewayParameters } from '../api/policy/gateway-parameters.ts';
import type { Condition } from '../ir/status.ts';
import { accepted, invalidParameters } from './condition/gateway-class.ts';
import { generationOf } from './object.ts';
import { type KnownParameters, parametersOfClass } from './parameters.ts';

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
  /** What its `parametersRef` leads to. */
  readonly parameters: GatewayParameters | null;
  /** Why its Gateways are not accepted; `''` when they are. */
  readonly fault: string;
};

/** The classes that name this controller; all others, and the Gateways of others, are left alone. */
export function planGatewayClasses(
  classes: readonly GatewayClass[],
  controllerName: string,
  known: KnownParameters,
): GatewayClassPlan[] {
  return classes
    .filter(({ spec }) => spec.controllerName === controllerName)
    .map((gatewayClass) => ({ gatewayClass, ...parametersOfClass(gatewayClass, known) }));
}

export function gatewayClassStatus({ gatewayClass, fault }: GatewayClassPlan): GatewayClassStatus {
  const generation = generationOf(gatewayClass.metadata);
  return {
    conditions: [fault === '' ? accepted(generation) : invalidParameters(fault, generation)],
    supportedFeatures: SUPPORTED_FEATURES.map((name) => ({ name })),
  };
}
