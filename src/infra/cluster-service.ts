/**
 * Services for the addresses inside of the cluster that a Gateway asks for (GEP-5093, `routability: Cluster`), beside the one
 * that every Gateway has: a Service has one such address, and it never changes.
 */

import { clusterRequests, isReachedOtherwise } from '../api/gateway/address-request.ts';
import type { Gateway } from '../api/gateway/gateway.ts';
import { furtherChildName } from './name.ts';
import type { Child, Rendered } from './render.ts';
import { portsOf } from './service.ts';

export type ClusterService = {
  readonly name: string;
  /** The address that it must have; `''`: any. */
  readonly address: string;
};

/**
 * One for each address that is asked for by itself, and one for each other request but the first of a Gateway that has no
 * other use for its own Service's address.
 * @param type of the Gateway's own Service, if anything but the cluster is to reach it
 * @param own the address that it has; `''` while none is known
 */
export function clusterServices(gateway: Gateway, type: string, own: string): ClusterService[] {
  const { name } = gateway.metadata;
  const requests = clusterRequests(gateway);
  const given = [...new Set(requests.filter((address) => address !== ''))];
  // The address of a Service with a load balancer is nobody else's; of any other it is what the class gives.
  const isFree = isReachedOtherwise(gateway) || type === 'LoadBalancer';
  const any = requests.length - given.length;
  const count = Math.max(0, any - (isFree && !given.includes(own) ? 1 : 0));
  return [
    ...given
      .filter((address) => address !== own)
      .map((address) => ({ name: furtherChildName(name, `cluster address ${address}`), address })),
    ...Array.from({ length: count }, (_, index) => ({
      name: furtherChildName(name, `cluster address ${index}`),
      address: '',
    })),
  ];
}

export function clusterService(child: Child, { name, address }: ClusterService): Rendered['object'] {
  const { metadata, selector } = child;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...metadata, name },
    spec: {
      type: 'ClusterIP',
      ...(address === '' ? {} : { clusterIP: address }),
      selector,
      ports: portsOf(child),
    },
  };
}
