/** What rows about reports, spans and logs have in common. */
import { type RequirementBackend, startBackend } from './backend.ts';
import { GATEWAY, type RequirementGateway, route, startGateway } from './gateway.ts';
import { until } from './until.ts';

/** A TelemetryPolicy; `target` is `<kind>/<name>`, `spec` YAML without indentation. */
export function telemetryPolicy(name: string, target: string, spec: string): string {
  const [kind, object] = target.split('/');
  return `apiVersion: headgate.dev/v1alpha1
kind: TelemetryPolicy
metadata:
  name: ${name}
spec:
  targetRefs:
    - {group: gateway.networking.k8s.io, kind: ${kind}, name: ${object}}
${spec.replace(/^(?=.)/gm, '  ')}
`;
}

type Report = {
  url: string;
  method: string;
  headers: Record<string, string[]>;
  redactedHeaders: string[];
  body: { encoding: string; content: string; bytes: number; truncated: boolean };
  rule: string;
  status: number;
  traceId: string;
  requestId: string;
};

/** The reports that a sink was sent, when there are so many. */
export async function reports(sink: RequirementBackend, count: number): Promise<Report[]> {
  await until(() => sink.requests.length >= count, `${count} reports`);
  return sink.requests.map(({ body }) => JSON.parse(body) as Report);
}

/** `spec` of a policy that reports to `trace`. */
export const REPORT = `requestReport:
  backendRef: {name: trace, port: 80}
  path: /trace
`;

/** Two routes, `/orders` and `/users`, to one backend, and a sink of the name `trace`. */
export async function shop(
  policies: string,
  sink: RequirementBackend,
  app?: RequirementBackend,
): Promise<{ gateway: RequirementGateway; app: RequirementBackend }> {
  const backend = app ?? (await startBackend());
  const gateway = await startGateway([
    GATEWAY,
    backend.service('app'),
    sink.service('trace'),
    route('orders', '/orders', 'app'),
    route('users', '/users', 'app'),
    policies,
  ]);
  return { gateway, app: backend };
}
