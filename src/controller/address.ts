import { childName } from '../infra/name.ts';
import type { World } from './world.ts';

type ServiceStatus = {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
};

/**
 * The addresses under which each Gateway can be reached: what the load balancer gave its Service, or the cluster's own
 * address of a Service that has no load balancer. By `namespace/name` of the Gateway.
 */
export function gatewayAddresses(world: World): Record<string, string[]> {
  const addresses: Record<string, string[]> = {};
  for (const { metadata } of world.all('Gateway')) {
    const { namespace = '', name } = metadata;
    const service = world.get('Service', namespace, childName(name));
    if (service?.resource.kind !== 'Service') continue;
    const { spec } = service.resource;
    const ingress = (service.stored.status as ServiceStatus | undefined)?.loadBalancer?.ingress ?? [];
    const given = ingress.flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
    const own = spec.type === 'LoadBalancer' || spec.clusterIP === undefined ? [] : [spec.clusterIP];
    addresses[`${namespace}/${name}`] = given.length > 0 ? given : own;
  }
  return addresses;
}
