import { sameContent } from '../translate/incremental/equal.ts';
import { portKey } from './lags.ts';
import { proxyService } from './ready-proxies.ts';
import type { WatchedObject } from './watched.ts';
import type { World, WorldChange } from './world.ts';

type ServiceStatus = {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
};

/**
 * The addresses under which each Gateway can be reached: what the load balancer gave its Service, or the cluster's own
 * address of a Service that has no load balancer.
 */
export class GatewayAddresses {
  /** Gateways (`namespace/name`) by the Service of their proxies. */
  readonly #gateways = new Map<string, string>();
  #all: Readonly<Record<string, readonly string[]>> = {};

  /** By `namespace/name` of the Gateway; the same object while no address changes. */
  get all(): Readonly<Record<string, readonly string[]>> {
    return this.#all;
  }

  /** The Gateway to whose proxies a Service leads, if it is a Gateway's. */
  gatewayOf(service: string): string | null {
    return this.#gateways.get(service) ?? null;
  }

  take(changes: readonly WorldChange[], world: World): void {
    for (const { kind, key, object } of changes) {
      if (kind === 'Service') {
        const gateway = this.#gateways.get(key);
        if (gateway !== undefined) this.#set(gateway, addressesOf(object));
      } else if (kind === 'Gateway') {
        const service = proxyService(key);
        if (object === null) this.#gateways.delete(service);
        else this.#gateways.set(service, key);
        const [namespace, name] = service.split('/') as [string, string];
        this.#set(key, object === null ? null : addressesOf(world.get('Service', namespace, name) ?? null));
      }
    }
  }

  #set(gateway: string, addresses: readonly string[] | null): void {
    const known = this.#all[gateway] ?? null;
    if (sameContent(known, addresses)) return;
    const { [gateway]: _, ...others } = this.#all;
    this.#all = addresses === null ? others : { ...others, [gateway]: addresses };
  }
}

/** The ports (`80/TCP`) at which the Service of a Gateway's proxies leads to them; none while there is no Service. */
export function servicePorts(world: Pick<World, 'get'>, gateway: string): ReadonlySet<string> {
  const [namespace, name] = proxyService(gateway).split('/') as [string, string];
  const service = world.get('Service', namespace, name)?.resource;
  const ports = service?.kind === 'Service' ? (service.spec.ports ?? []) : [];
  return new Set(ports.map(({ port, protocol }) => portKey(port, protocol)));
}

/** Null: there is no such Service. */
function addressesOf(service: WatchedObject | null): string[] | null {
  if (service?.resource.kind !== 'Service') return null;
  const { spec } = service.resource;
  const ingress = (service.stored.status as ServiceStatus | undefined)?.loadBalancer?.ingress ?? [];
  const given = ingress.flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  if (given.length > 0) return given;
  return spec.type === 'LoadBalancer' || spec.clusterIP === undefined ? [] : [spec.clusterIP];
}
