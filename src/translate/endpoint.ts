import { isIP } from 'node:net';
import type { EndpointSlice } from '../api/core/endpoint-slice.ts';
import type { Service, ServicePort } from '../api/core/service.ts';
import type { Endpoint, EndpointSet } from '../ir/table.ts';
import { compare } from './object.ts';

type Remembered = { readonly slices: readonly EndpointSlice[]; readonly endpoints: EndpointSet };

/** By Service, and protocol and number of the port. Objects are immutable: the same Service with the same slices has the same endpoints. */
const remembered = new WeakMap<Service, Map<string, Remembered>>();

/** As `endpointsOf`, and the same object as before where nothing has changed. */
export function rememberedEndpoints(
  service: Service,
  port: ServicePort,
  slices: readonly EndpointSlice[],
): EndpointSet {
  const ports = remembered.get(service) ?? new Map<string, Remembered>();
  const key = `${port.protocol} ${port.port}`;
  const known = ports.get(key);
  if (known?.slices.length === slices.length && known.slices.every((slice, index) => slice === slices[index])) {
    return known.endpoints;
  }
  const endpoints = endpointsOf(service, port, slices);
  remembered.set(service, ports.set(key, { slices, endpoints }));
  return endpoints;
}

/**
 * The endpoints of one Service port: of all its slices, those ports that have the Service port's name (KEP-752). The slice,
 * not the Service, has the number: a named target port may differ from pod to pod. `slices` are those of the Service.
 */
export function endpointsOf(service: Service, port: ServicePort, slices: readonly EndpointSlice[]): EndpointSet {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    if (slice.addressType === 'FQDN') continue;
    for (const { name, protocol, port: number } of slice.ports) {
      if (name !== port.name || protocol !== port.protocol || number === undefined) continue;
      for (const endpoint of slice.endpoints) add(found, endpointOf(service, endpoint, number));
    }
  }
  return { addresses: [...found.values()].sort((a, b) => compare(a.address, b.address) || a.port - b.port) };
}

/** Conditions that are not set: ready is true, serving is what ready is, terminating is false (KEP-1672). */
function endpointOf(service: Service, endpoint: EndpointSlice['endpoints'][number], port: number): Endpoint | null {
  // Addresses after the first one have no meaning (EndpointSlice API).
  const address = endpoint.addresses[0];
  if (address === undefined || isIP(address) === 0) return null;
  const { ready = true, serving = ready, terminating = false } = endpoint.conditions;
  return {
    address,
    port,
    ready: ready || service.spec.publishNotReadyAddresses,
    serving,
    terminating,
    zone: endpoint.zone ?? '',
  };
}

/** While an endpoint moves from one slice to another, both may hold it: the more usable one is the newer one. */
function add(found: Map<string, Endpoint>, endpoint: Endpoint | null): void {
  if (endpoint === null) return;
  const key = `${endpoint.address} ${endpoint.port}`;
  const other = found.get(key);
  if (other === undefined || usable(endpoint) > usable(other)) found.set(key, endpoint);
}

function usable(endpoint: Endpoint): number {
  return (endpoint.ready ? 4 : 0) + (endpoint.serving ? 2 : 0) + (endpoint.terminating ? 0 : 1);
}
