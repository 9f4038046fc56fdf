import type { EndpointSlice } from '../api/core/endpoint-slice.ts';
import type { Resource } from '../api/resources.ts';
import { childName } from '../infra/name.ts';
import type { WorldChange } from './world.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';
const NONE: ReadonlySet<string> = new Set();

/**
 * The names of the proxy pods that clients can reach now: the ready endpoints of a Gateway's Service. A proxy that is not
 * ready gets no traffic, so what it has acknowledged says nothing about what clients see.
 */
export class ReadyProxies {
  /** Slices by Service (`namespace/name`), then by their own key: of all Services, because any may become a Gateway's. */
  readonly #slices = new Map<string, Map<string, EndpointSlice>>();
  /** By Service, as computed last. */
  readonly #ready = new Map<string, ReadonlySet<string>>();

  /** Returns the Services (`namespace/name`) whose slices are others now. */
  take(changes: readonly WorldChange[]): Set<string> {
    const services = new Set<string>();
    for (const { kind, key, before, object } of changes) {
      if (kind !== 'EndpointSlice') continue;
      const was = serviceOf(before?.resource);
      const is = serviceOf(object?.resource);
      if (was !== null && was !== is) this.#remove(was, key);
      if (is !== null) this.#put(is, key, object!.resource as EndpointSlice);
      for (const service of [was, is]) {
        if (service === null) continue;
        this.#ready.delete(service);
        services.add(service);
      }
    }
    return services;
  }

  /** @param gateway `namespace/name` */
  of(gateway: string): ReadonlySet<string> {
    const service = proxyService(gateway);
    const slices = this.#slices.get(service);
    if (slices === undefined) return NONE;
    let ready = this.#ready.get(service);
    if (ready === undefined) {
      ready = new Set(readyPods(slices.values()));
      this.#ready.set(service, ready);
    }
    return ready;
  }

  #put(service: string, key: string, slice: EndpointSlice): void {
    const slices = this.#slices.get(service);
    if (slices === undefined) this.#slices.set(service, new Map([[key, slice]]));
    else slices.set(key, slice);
  }

  #remove(service: string, key: string): void {
    const slices = this.#slices.get(service);
    slices?.delete(key);
    if (slices?.size === 0) this.#slices.delete(service);
  }
}

/** The Service of a Gateway's proxies, both as `namespace/name`. */
export function proxyService(gateway: string): string {
  const [namespace, name] = gateway.split('/') as [string, string];
  return `${namespace}/${childName(name)}`;
}

function* readyPods(slices: Iterable<EndpointSlice>): Generator<string> {
  for (const { endpoints } of slices) {
    for (const { conditions, targetRef } of endpoints) {
      if (conditions?.ready !== false && targetRef?.kind === 'Pod' && targetRef.name !== undefined)
        yield targetRef.name;
    }
  }
}

function serviceOf(resource: Resource | undefined): string | null {
  if (resource?.kind !== 'EndpointSlice') return null;
  const name = resource.metadata.labels?.[SERVICE_NAME];
  return name === undefined ? null : `${resource.metadata.namespace}/${name}`;
}
