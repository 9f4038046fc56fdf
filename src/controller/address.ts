import type { Gateway } from '../api/gateway/gateway.ts';
import { clusterServices } from '../infra/cluster-service.ts';
import { sameContent } from '../translate/equal.ts';
import { portKey } from './lags.ts';
import { proxyService } from './ready-proxies.ts';
import type { WatchedObject } from './watched.ts';
import type { World, WorldChange } from './world.ts';

type ServiceStatus = {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[] };
};

/** A Gateway's addresses: what is told of them is the same object while none changes. */
type Known = { readonly byDefault: readonly string[]; readonly ofCluster: readonly string[] };

/**
 * The addresses under which each Gateway can be reached: what the load balancer gave its Service, or the cluster's own
 * address of a Service that has no load balancer; and those that its Services have inside of the cluster.
 */
export class GatewayAddresses {
  /** Gateways (`namespace/name`) by the Services of their proxies. */
  readonly #gateways = new Map<string, string>();
  /** Services by Gateway, its own before those for further addresses. */
  readonly #services = new Map<string, readonly string[]>();
  #all: Readonly<Record<string, readonly string[]>> = {};
  #ofCluster: Readonly<Record<string, readonly string[]>> = {};

  /** By `namespace/name` of the Gateway; the same object while no address changes. */
  get all(): Readonly<Record<string, readonly string[]>> {
    return this.#all;
  }

  /** Those inside of the cluster (ClusterIPs), in the same way. */
  get ofCluster(): Readonly<Record<string, readonly string[]>> {
    return this.#ofCluster;
  }

  /** The Gateway to whose proxies a Service leads, if it is a Gateway's. */
  gatewayOf(service: string): string | null {
    return this.#gateways.get(service) ?? null;
  }

  take(changes: readonly WorldChange[], world: Pick<World, 'get'>): void {
    const changed = new Set<string>();
    for (const { kind, key, object } of changes) {
      if (kind === 'Service') {
        const gateway = this.#gateways.get(key);
        if (gateway !== undefined) changed.add(gateway);
      } else if (kind === 'Gateway') {
        for (const service of this.#services.get(key) ?? []) this.#gateways.delete(service);
        this.#services.delete(key);
        if (object?.resource.kind === 'Gateway') this.#services.set(key, proxyServices(object.resource));
        for (const service of this.#services.get(key) ?? []) this.#gateways.set(service, key);
        changed.add(key);
      }
    }
    for (const gateway of changed) this.#set(gateway, this.#addressesOf(gateway, world));
  }

  #addressesOf(gateway: string, world: Pick<World, 'get'>): Known | null {
    const services = this.#services.get(gateway);
    if (services === undefined) return null;
    const found = services.map((service) => {
      const [namespace, name] = service.split('/') as [string, string];
      return world.get('Service', namespace, name) ?? null;
    });
    const byDefault = addressesOf(found[0]!);
    return byDefault === null ? null : { byDefault, ofCluster: found.flatMap(clusterAddressOf) };
  }

  #set(gateway: string, addresses: Known | null): void {
    this.#all = changed(this.#all, gateway, addresses?.byDefault ?? null);
    this.#ofCluster = changed(this.#ofCluster, gateway, addresses?.ofCluster ?? null);
  }
}

/** The same object when nothing is other than before. */
function changed(
  all: Readonly<Record<string, readonly string[]>>,
  key: string,
  addresses: readonly string[] | null,
): Readonly<Record<string, readonly string[]>> {
  if (sameContent(all[key] ?? null, addresses)) return all;
  const { [key]: _, ...others } = all;
  return addresses === null ? others : { ...others, [key]: addresses };
}

/** `namespace/name`. Of each address that is asked for all Services that could have it: not all of them need be there. */
function proxyServices(gateway: Gateway): string[] {
  const { namespace, name } = gateway.metadata;
  const further = clusterServices(gateway, 'ClusterIP', '').map((service) => `${namespace}/${service.name}`);
  return [proxyService(`${namespace}/${name}`), ...further];
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

function clusterAddressOf(service: WatchedObject | null): string[] {
  if (service?.resource.kind !== 'Service') return [];
  const { clusterIP } = service.resource.spec;
  return clusterIP === undefined || clusterIP === 'None' ? [] : [clusterIP];
}
