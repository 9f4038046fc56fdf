import type { EndpointSet } from '../ir/table.ts';
import { rememberedEndpoints } from './endpoint.ts';
import type { Lookup } from './lookup.ts';

const NONE: EndpointSet = Object.freeze({ addresses: Object.freeze([]) });

/**
 * The endpoints of a backend (`service/<namespace>/<name>/<port>`) whether any route leads to it or not; none when its
 * Service or that port is gone.
 */
export function liveEndpoints(backend: string, lookup: Lookup): EndpointSet {
  const [, namespace, name, number] = backend.split('/');
  const service = lookup.services.get(`${namespace}/${name}`);
  const ports = service?.spec.ports.filter(({ port }) => port === Number(number)) ?? [];
  const port = ports.find(({ protocol }) => protocol === 'TCP') ?? ports[0];
  // What an ExternalName points to is never an endpoint (route/backend-ref.ts).
  if (service === undefined || port === undefined || service.spec.type === 'ExternalName') return NONE;
  return rememberedEndpoints(service, port, lookup.endpointSlices.get(`${namespace}/${name}`) ?? []);
}
