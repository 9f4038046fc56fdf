import { isReachedOtherwise, requestedValues } from '../api/gateway/address-request.ts';
import type { Gateway } from '../api/gateway/gateway.ts';
import type { Child, Rendered } from './render.ts';

/** One port for each port number of the listeners of the Gateway and its ListenerSets; listeners share them. */
export function service(child: Child): Rendered['object'] {
  const { gateway, parameters, metadata, selector } = child;
  const type = isReachedOtherwise(gateway) ? 'ClusterIP' : parameters.serviceType;
  const loadBalancer = type === 'LoadBalancer';
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, annotations: { ...parameters.serviceAnnotations, ...metadata.annotations } },
    spec: {
      type,
      selector,
      ports: portsOf(child),
      ...(type === 'ClusterIP' ? {} : { externalTrafficPolicy: parameters.externalTrafficPolicy }),
      ...(loadBalancer && parameters.loadBalancerClass !== null
        ? { loadBalancerClass: parameters.loadBalancerClass }
        : {}),
      ...(loadBalancer && parameters.loadBalancerSourceRanges.length > 0
        ? { loadBalancerSourceRanges: parameters.loadBalancerSourceRanges }
        : {}),
      ...(loadBalancer ? requestedAddress(gateway) : {}),
    },
  };
}

/** Of every Service of a Gateway. */
export function portsOf({ gateway, ports }: Child): object[] {
  return listenerPorts([...gateway.spec.listeners, ...ports]).map(({ port, protocol }) => ({
    name: `${protocol.toLowerCase()}-${port}`,
    port,
    protocol,
    targetPort: port,
  }));
}

/** `protocol` as a listener has it, such as HTTPS. */
export type ListenerPort = { readonly port: number; readonly protocol: string };

export type ServicePort = { readonly port: number; readonly protocol: 'TCP' | 'UDP' };

/** In the order of the numbers, TCP before UDP. */
function listenerPorts(listeners: readonly ListenerPort[]): ServicePort[] {
  const ports = new Map<string, ServicePort>();
  for (const listener of listeners) {
    const protocol = listener.protocol === 'UDP' ? 'UDP' : 'TCP';
    ports.set(`${listener.port}/${protocol}`, { port: listener.port, protocol });
  }
  return [...ports.values()].sort((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
}

/** The field is deprecated in Kubernetes, and still what load balancers without annotations of their own understand. */
function requestedAddress(gateway: Gateway): { loadBalancerIP?: string } {
  const [wanted] = requestedValues(gateway);
  return wanted === undefined ? {} : { loadBalancerIP: wanted };
}
