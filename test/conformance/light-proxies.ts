import { execFileSync } from 'node:child_process';

const NAME = 'conformance';

/**
 * Has the proxies of a GatewayClass ask for hardly any CPU: the suite has dozens of Gateways at a time, and on a small node the
 * pods of some would wait until those of others are gone. Returns what takes it back.
 */
export function lightenProxies(gatewayClass: string): () => void {
  const namespace = `${gatewayClass}-system`;
  const parameters = {
    apiVersion: 'headgate.dev/v1alpha1',
    kind: 'GatewayParameters',
    metadata: { name: NAME, namespace },
    spec: { proxy: { resources: { requests: { cpu: '10m' } } } },
  };
  kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], JSON.stringify(parameters));
  refer(gatewayClass, { group: 'headgate.dev', kind: 'GatewayParameters', name: NAME, namespace });
  return () => {
    refer(gatewayClass, null);
    kubectl(['delete', 'gatewayparameters', NAME, '--namespace', namespace, '--ignore-not-found']);
  };
}

function refer(gatewayClass: string, parametersRef: object | null): void {
  const patch = JSON.stringify({ spec: { parametersRef } });
  kubectl(['patch', 'gatewayclass', gatewayClass, '--type=merge', '--patch', patch]);
}

function kubectl(args: readonly string[], input = ''): void {
  execFileSync('kubectl', args, { input, stdio: ['pipe', 'ignore', 'inherit'] });
}
