/** A gateway whose rule has a filter of type GRPCWeb. */
import { GATEWAY, type RequirementGateway, startGateway } from '../requirements/gateway.ts';

export const SHOP_GATEWAY = GATEWAY.replaceAll('  name: web\n', '  name: web\n  namespace: shop\n');

export function webFilter(settings = '{}'): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: HTTPRouteFilter
metadata: {name: web, namespace: shop}
spec: {type: GRPCWeb, grpcWeb: ${settings}}
`;
}

/** `more` are further members of the rule, in JSON without its braces. */
export function httpRoute(more = '', filters = ''): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: shop, namespace: shop}
spec:
  parentRefs: [{name: web}]
  rules:
    - filters:
        - type: ExtensionRef
          extensionRef: {group: headgate.dev, kind: HTTPRouteFilter, name: web}
${filters}
      backendRefs: [{name: shop, port: 8080}]
${more}
`;
}

export const GRPC_ROUTE = `apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: {name: shop, namespace: shop}
spec:
  parentRefs: [{name: web}]
  rules:
    - matches: [{method: {service: shop.v1.Catalogue}}]
      filters: [{type: ExtensionRef, extensionRef: {group: headgate.dev, kind: HTTPRouteFilter, name: web}}]
      backendRefs: [{name: shop, port: 8080}]
`;

/** Serves these beside a Gateway and the filter. */
export function serving(manifests: readonly string[], settings = '{}'): Promise<RequirementGateway> {
  return startGateway([SHOP_GATEWAY, webFilter(settings), ...manifests]);
}
