/** Manifests of HTTPRouteFilters and of routes that use them. */

/** What a rule has of the filter `one`, for `route`. */
export const EXTENSION = `filters:
  - type: ExtensionRef
    extensionRef: {group: headgate.dev, kind: HTTPRouteFilter, name: one}
`;

/** The HTTPRouteFilter `one`, of type Transform. */
export function transform(spec: string, name = 'one'): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: HTTPRouteFilter
metadata: {name: ${name}}
spec:
  type: Transform
  transform:
${spec.replace(/^(?=.)/gm, '    ')}`;
}

/** A route of one match with the filter `one`. */
export function filtered(match: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: app}
spec:
  parentRefs: [{name: web}]
  rules:
    - matches: [${match}]
      filters: [{type: ExtensionRef, extensionRef: {group: headgate.dev, kind: HTTPRouteFilter, name: one}}]
      backendRefs: [{name: app, port: 80}]
`;
}

/** Matches, for `filtered`. */
export const prefix = (value: string): string => `{path: {type: PathPrefix, value: "${value}"}}`;
export const regex = (value: string): string => `{path: {type: RegularExpression, value: '${value}'}}`;
