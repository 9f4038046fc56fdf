/** From hosts and ports to Services. */
import { isIP } from 'node:net';
import type { BackendRef, Manifests } from './manifests.ts';
import { dnsName } from './manifests.ts';
import type { Node } from './node.ts';
import { trafficPolicy } from './traffic-policy.ts';

export type Target = {
  readonly host: string;
  readonly port: number;
  readonly weight?: number;
  /** Where it says so. */
  readonly node: Node;
};

export type BackendOptions = {
  /** What Services that are made are called. */
  readonly name: string;
  readonly appProtocol?: string;
  /** Whether endpoints are spoken to by TLS. */
  readonly tls: boolean;
};

const CLUSTER_NAME = /^([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\.([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\.svc(?:\.cluster\.local)?$/;
const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

/** Addresses become one Service, every name one of its own. */
export function backendsFor(manifests: Manifests, targets: readonly Target[], options: BackendOptions): BackendRef[] {
  const refs: BackendRef[] = [];
  const addresses = targets.filter(({ host }) => addressOf(host) !== null);
  if (addresses.length > 0) refs.push(addressed(manifests, addresses, options));
  for (const target of targets) {
    if (addressOf(target.host) === null) refs.push(named(manifests, target, options));
  }
  return refs;
}

function addressOf(host: string): string | null {
  if (host.toLowerCase() === 'localhost') return '127.0.0.1';
  const plain = host.replace(/^\[(.*)\]$/, '$1');
  return isIP(plain) === 0 ? null : plain;
}

function addressed(manifests: Manifests, targets: readonly Target[], options: BackendOptions): BackendRef {
  const name = manifests.nameFor('Service', options.name);
  const port = targets[0]!.port;
  manifests.addService(
    name,
    port,
    targets.map((target) => ({ address: addressOf(target.host)!, port: target.port })),
    options.appProtocol,
  );
  for (const { node, host } of targets) {
    if (host.toLowerCase() === 'localhost') node.different(`Service ${name}, endpoint 127.0.0.1 of each proxy itself`);
    else node.translated(`an endpoint of Service ${name}`);
  }
  const weights = new Set(targets.map(({ weight = 1 }) => weight));
  if (weights.size > 1) balanceByWeight(manifests, name, targets);
  if (options.tls)
    for (const { node } of targets) node.unsupported('TLS to an address: a BackendTLSPolicy needs its name');
  return { name, port };
}

function balanceByWeight(manifests: Manifests, service: string, targets: readonly Target[]): void {
  const endpointWeights = targets.map(({ host, weight = 1 }) => {
    const address = addressOf(host)!;
    return { cidr: `${address}/${isIP(address) === 6 ? 128 : 32}`, weight: Math.max(1, Math.min(1_000, weight)) };
  });
  const unique = endpointWeights.filter(({ cidr }, i) => endpointWeights.findIndex((one) => one.cidr === cidr) === i);
  trafficPolicy(manifests, { name: service }, { loadBalancer: { endpointWeights: unique } });
}

function named(manifests: Manifests, target: Target, options: BackendOptions): BackendRef {
  const { host, port, node } = target;
  const weight = target.weight === undefined ? {} : { weight: target.weight };
  const inCluster = CLUSTER_NAME.exec(host);
  const isLocal = inCluster === null && LABEL.test(host);
  if (inCluster !== null || isLocal) {
    const [name, namespace] = inCluster === null ? [host, manifests.namespace] : [inCluster[1]!, inCluster[2]!];
    const elsewhere = namespace !== manifests.namespace;
    if (elsewhere) grant(manifests, namespace, name);
    if (isLocal) node.different(`Service ${name} of namespace ${namespace}, which must exist`);
    else node.translated(`Service ${name} of namespace ${namespace}`);
    if (options.tls && !elsewhere) secure(manifests, name, host);
    return { name, ...(elsewhere ? { namespace } : {}), port, ...weight };
  }
  const name = manifests.nameFor('Service', dnsName(host));
  manifests.addService(name, port, [], options.appProtocol);
  node.different(`Service ${name} without endpoints: give it an EndpointSlice with the addresses of ${host}`);
  if (options.tls) secure(manifests, name, host);
  return { name, port, ...weight };
}

function secure(manifests: Manifests, service: string, hostname: string): void {
  if (manifests.find('BackendTLSPolicy', service) !== null) return;
  manifests.put({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'BackendTLSPolicy',
    metadata: { name: manifests.nameFor('BackendTLSPolicy', service), namespace: manifests.namespace },
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name: service }],
      validation: { hostname, wellKnownCACertificates: 'System' },
    },
  });
}

function grant(manifests: Manifests, namespace: string, service: string): void {
  const name = `from-${manifests.namespace}-to-${service}`;
  if (manifests.find('ReferenceGrant', name, namespace) !== null) return;
  manifests.put({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'ReferenceGrant',
    metadata: { name, namespace },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: manifests.namespace }],
      to: [{ group: '', kind: 'Service', name: service }],
    },
  });
}
