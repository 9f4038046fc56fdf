/** The routes of a run as the manifests that Headgate reads. */
import { readFileSync } from 'node:fs';
import type { Backend } from './backend.ts';
import type { Certificate } from './certificate.ts';
import { GRPC_HOST, GRPC_METHODS, GRPC_SERVICE } from './grpc.ts';
import type { Setup } from './peers/peer.ts';
import { type Route, TLS_HOST } from './routes.ts';

const NAMESPACE = 'bench';

/** Manifests in the form they have in a file. */
const together = (manifests: readonly string[]) => manifests.join('\n---\n');

const CLASS = [
  `apiVersion: v1
kind: Namespace
metadata: { name: ${NAMESPACE} }`,
  `apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: { name: headgate }
spec: { controllerName: headgate.dev/gateway-controller }`,
];

export function gatewayManifests(
  services: readonly number[],
  plainPort: number,
  tlsPort: number,
  certificate: Certificate,
): string {
  const encoded = (file: string) => readFileSync(file).toString('base64');
  return together([
    ...CLASS,
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
    ...services.flatMap((port, i) => service(`service${i}`, port)),
  ]);
}

/** A Service of port 80 and its endpoint. `more` belongs to the Service's port. */
function service(name: string, port: number, protocol = 'TCP', more = ''): string[] {
  return [
    `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: ${NAMESPACE} }
spec:
  ports: [{ name: main, port: 80, targetPort: ${port}, protocol: ${protocol}${more} }]`,
    `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: ${name}-1
  namespace: ${NAMESPACE}
  labels: { kubernetes.io/service-name: ${name} }
addressType: IPv4
ports: [{ name: main, port: ${port}, protocol: ${protocol} }]
endpoints: [{ addresses: [127.0.0.1], conditions: { ready: true } }]`,
  ];
}

/** A GRPCRoute with a rule for each method, which has a Service of its own. */
export function grpcManifests({ grpcPorts }: Backend): string {
  const name = (method: string) => `grpc-${method.toLowerCase()}`;
  const rules = GRPC_METHODS.map(
    (method) => `
    - matches: [{ method: { service: ${GRPC_SERVICE}, method: ${method} } }]
      backendRefs: [{ name: ${name(method)}, port: 80 }]`,
  );
  return together([
    ...GRPC_METHODS.flatMap((method) =>
      service(name(method), grpcPorts[method], 'TCP', ', appProtocol: kubernetes.io/h2c'),
    ),
    `apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
metadata: { name: grpc, namespace: ${NAMESPACE} }
spec:
  parentRefs: [{ name: bench }]
  hostnames: [${GRPC_HOST}]
  rules:${rules.join('')}`,
  ]);
}

/** A Gateway for TLS by server name, TCP and UDP. */
export function streamManifests({ backend, plainPort, tlsPort, datagramPort, services }: Setup): string {
  const route = (kind: string, listener: string, hostnames = '') => `apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: { name: ${listener}, namespace: ${NAMESPACE} }
spec:
  parentRefs: [{ name: bench, sectionName: ${listener} }]${hostnames}
  rules: [{ backendRefs: [{ name: ${listener}, port: 80 }] }]`;
  return together([
    ...CLASS,
    `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: bench, namespace: ${NAMESPACE} }
spec:
  gatewayClassName: headgate
  listeners:
    - { name: tls, port: ${tlsPort}, protocol: TLS, tls: { mode: Passthrough } }
    - { name: tcp, port: ${plainPort}, protocol: TCP }
    - { name: udp, port: ${datagramPort}, protocol: UDP }`,
    ...service('tls', backend.tlsPort),
    route('TLSRoute', 'tls', `\n  hostnames: [${TLS_HOST}]`),
    ...service('tcp', services[0]!),
    route('TCPRoute', 'tcp'),
    ...(backend.datagramPort === null
      ? []
      : [...service('udp', backend.datagramPort, 'UDP'), route('UDPRoute', 'udp')]),
  ]);
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
