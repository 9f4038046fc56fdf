/** The routes of a run as the manifests that Headgate reads. */
import { readFileSync } from 'node:fs';
import type { Certificate } from './certificate.ts';
import type { Route } from './routes.ts';

const NAMESPACE = 'bench';

export function gatewayManifests(
  services: readonly number[],
  plainPort: number,
  tlsPort: number,
  certificate: Certificate,
): string {
  const encoded = (file: string) => readFileSync(file).toString('base64');
  return [
    `apiVersion: v1
kind: Namespace
metadata: { name: ${NAMESPACE} }`,
    `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: headgate }
spec: { controllerName: headgate.dev/gateway-controller }`,
    `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: bench, namespace: ${NAMESPACE} }
spec:
  gatewayClassName: headgate
  listeners:
    - { name: http, port: ${plainPort}, protocol: HTTP }
    - name: https
      port: ${tlsPort}
      protocol: HTTPS
      tls: { certificateRefs: [{ name: certificate }] }`,
    `apiVersion: v1
kind: Secret
metadata: { name: certificate, namespace: ${NAMESPACE} }
type: kubernetes.io/tls
data:
  tls.crt: ${encoded(certificate.chain)}
  tls.key: ${encoded(certificate.key)}`,
    ...services.flatMap((port, i) => [
      `apiVersion: v1
kind: Service
metadata: { name: service${i}, namespace: ${NAMESPACE} }
spec:
  ports: [{ name: http, port: 80, targetPort: ${port} }]`,
      `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: service${i}-1
  namespace: ${NAMESPACE}
  labels: { kubernetes.io/service-name: service${i} }
addressType: IPv4
ports: [{ name: http, port: ${port}, protocol: TCP }]
endpoints: [{ addresses: [127.0.0.1], conditions: { ready: true } }]`,
    ]),
  ].join('\n---\n');
}

/** `generation` is a header on every answer when it is not null: it tells which table served it. */
export function routeManifests(routes: readonly Route[], generation: number | null): string {
  const filters =
    generation === null
      ? ''
      : `
      filters:
        - type: ResponseHeaderModifier
          responseHeaderModifier: { set: [{ name: x-generation, value: '${generation}' }] }`;
  return routes
    .map(
      (route, i) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: route${i}, namespace: ${NAMESPACE} }
spec:
  parentRefs: [{ name: bench }]
  hostnames: [${route.host}]
  rules:
    - matches: [{ path: { type: PathPrefix, value: ${route.prefix} } }]${filters}
      backendRefs: [{ name: service${route.service}, port: 80 }]`,
    )
    .join('\n---\n');
}

/** A policy that counts the requests to the first route, and is never met. */
export function rateLimitManifest(): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: RateLimitPolicy
metadata: { name: requests, namespace: ${NAMESPACE} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: route0 }]
  defaults: { limits: [{ name: per-client, requests: 1000000000, interval: 1h }] }`;
}

/** A policy that keeps the answers of the first route. */
export function cacheManifest(): string {
  return `apiVersion: headgate.dev/v1alpha1
kind: CachePolicy
metadata: { name: answers, namespace: ${NAMESPACE} }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: route0 }]
  ttl: 1h`;
}
