import type { EndpointSlice } from '../api/core/endpoint-slice.ts';
import type { Namespace } from '../api/core/namespace.ts';
import type { Secret } from '../api/core/secret.ts';
import type { Service } from '../api/core/service.ts';
import type { GatewayParameters } from '../api/policy/gateway-parameters.ts';
import type { Resources } from '../api/resources.ts';
import { compare, keyOf } from './object.ts';
import { Grants } from './reference-grant.ts';

/** The objects that others refer to, by the key of the reference, so that no stage scans a collection. */
export type Lookup = {
  /** By `namespace/name`. */
  readonly services: ReadonlyMap<string, Service>;
  /** By `namespace/name` of their Service. */
  readonly endpointSlices: ReadonlyMap<string, readonly EndpointSlice[]>;
  /** By `namespace/name`. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** By `namespace/name`. */
  readonly gatewayParameters: ReadonlyMap<string, GatewayParameters>;
  readonly grants: Grants;
  readonly namespaceLabels: (name: string) => Readonly<Record<string, string>>;
};

export function lookupOf(resources: Resources): Lookup {
  const namespaces = new Map(resources.namespaces.map((namespace) => [namespace.metadata.name, namespace]));
  return {
    services: byKey(resources.services),
    endpointSlices: byService(resources.endpointSlices),
    secrets: byKey(resources.secrets),
    gatewayParameters: byKey(resources.gatewayParameters),
    grants: new Grants(resources.referenceGrants),
    namespaceLabels: (name) => labelsOf(name, namespaces.get(name)),
  };
}

/** Every namespace of a cluster has this label; a folder of manifests need not hold Namespace objects at all. */
export function labelsOf(name: string, namespace: Namespace | undefined): Readonly<Record<string, string>> {
  return { ...namespace?.metadata.labels, 'kubernetes.io/metadata.name': name };
}

/** The Service of an EndpointSlice, as `namespace/name`. */
export function serviceOf({ metadata }: EndpointSlice): string | null {
  const service = metadata.labels?.['kubernetes.io/service-name'];
  return service === undefined ? null : `${metadata.namespace}/${service}`;
}

/** Where two slices of a Service contradict each other, the same one must win whatever the order in which they were read. */
export function sortSlices(slices: readonly EndpointSlice[]): EndpointSlice[] {
  return [...slices].sort((a, b) => compare(a.metadata.name, b.metadata.name));
}

function byKey<T extends { metadata: { name: string; namespace: string } }>(objects: readonly T[]): Map<string, T> {
  return new Map(objects.map((object) => [keyOf(object.metadata), object]));
}

function byService(slices: readonly EndpointSlice[]): Map<string, EndpointSlice[]> {
  const found = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = serviceOf(slice);
    if (key === null) continue;
    const list = found.get(key);
    if (list === undefined) found.set(key, [slice]);
    else list.push(slice);
  }
  for (const [key, slices] of found) found.set(key, sortSlices(slices));
  return found;
}
