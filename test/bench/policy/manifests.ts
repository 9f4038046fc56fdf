/** A Headgate with one route for each case, and one without a policy. */
import type { PolicyCase } from './case.ts';
import { POLICY_NAMES } from './cases.ts';

/** Of the route that has no policy. */
export const PLAIN = 'plain';

/** Of as many characters as that of every other name: a longer one would cost more by itself. */
export function hostOf(name: string): string {
  return `${name.padEnd(LONGEST, 'x')}.bench.example`;
}

/** Characters of the longest name of a case. */
const LONGEST = Math.max(...POLICY_NAMES.map(({ length }) => length));

/** @param port of the backend */
export function policyManifests(cases: readonly PolicyCase[], port: number): string {
  return [
    ...route({ name: PLAIN }, port),
    ...cases.flatMap((each) => [...route(each, port), ...each.objects(each.name)]),
  ].join('\n---\n');
}

/** Behind the Service of the plain route too, over the same connections, unless the case has a Service of its own. */
function route({ backendRefs, filters, name }: Pick<PolicyCase, 'backendRefs' | 'filters' | 'name'>, port: number) {
  return [
    `apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: bench }
spec:
  ports: [{ name: http, port: 80, targetPort: ${port} }]`,
    `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: ${name}-1
  namespace: bench
  labels: { kubernetes.io/service-name: ${name} }
addressType: IPv4
ports: [{ name: http, port: ${port}, protocol: TCP }]
endpoints: [{ addresses: [127.0.0.1], conditions: { ready: true } }]`,
    `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: bench }
spec:
  parentRefs: [{ name: bench }]
  hostnames: [${hostOf(name)}]
  rules:
    - matches: [{ path: { type: PathPrefix, value: /svc0 } }]
      filters: ${filters ?? '[]'}
      backendRefs: ${backendRefs ?? `[{ name: ${PLAIN}, port: 80 }]`}`,
  ];
}
