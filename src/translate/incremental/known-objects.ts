import type { EndpointSlice } from '../../api/core/endpoint-slice.ts';
import type { Namespace } from '../../api/core/namespace.ts';
import type { Secret } from '../../api/core/secret.ts';
import type { Service } from '../../api/core/service.ts';
import type { Gateway } from '../../api/gateway/gateway.ts';
import type { GatewayClass } from '../../api/gateway/gateway-class.ts';
import type { HTTPRoute } from '../../api/gateway/http-route.ts';
import type { ReferenceGrant } from '../../api/gateway/reference-grant.ts';
import type { GatewayParameters } from '../../api/policy/gateway-parameters.ts';
import type { Resource } from '../../api/resources.ts';
import { type Lookup, labelsOf, serviceOf, sortSlices } from '../lookup.ts';
import { Grants } from '../reference-grant.ts';
import type { ObjectChange } from './changes.ts';
import { sameObject } from './equal.ts';

/** An object that translation sees otherwise than before; null: it is not there. */
export type Difference<T> = { readonly key: string; readonly before: T | null; readonly after: T | null };

/** All objects by key, and the look-ups that planning needs, kept up to date change by change. */
export class KnownObjects implements Lookup {
  readonly gatewayClasses = new Map<string, GatewayClass>();
  readonly gateways = new Map<string, Gateway>();
  readonly httpRoutes = new Map<string, HTTPRoute>();
  readonly services = new Map<string, Service>();
  readonly secrets = new Map<string, Secret>();
  readonly gatewayParameters = new Map<string, GatewayParameters>();
  readonly endpointSlices = new Map<string, readonly EndpointSlice[]>();
  readonly #slices = new Map<string, EndpointSlice>();
  readonly #namespaces = new Map<string, Namespace>();
  readonly #referenceGrants = new Map<string, ReferenceGrant>();
  #grants: Grants | null = null;

  get grants(): Grants {
    this.#grants ??= new Grants([...this.#referenceGrants.values()]);
    return this.#grants;
  }

  readonly namespaceLabels = (name: string): Readonly<Record<string, string>> => {
    return labelsOf(name, this.#namespaces.get(`/${name}`));
  };

  takeNamespaces(changes: readonly ObjectChange<Namespace>[] = []): Difference<Namespace>[] {
    return take(this.#namespaces, changes);
  }

  takeReferenceGrants(changes: readonly ObjectChange<ReferenceGrant>[] = []): Difference<ReferenceGrant>[] {
    const found = take(this.#referenceGrants, changes);
    if (found.length > 0) this.#grants = null;
    return found;
  }

  /** Returns the Services (`namespace/name`) whose slices are others now. */
  takeEndpointSlices(changes: readonly ObjectChange<EndpointSlice>[] = []): Set<string> {
    const services = new Set<string>();
    for (const { before, after } of take(this.#slices, changes)) {
      for (const slice of [before, after]) {
        const service = slice === null ? null : serviceOf(slice);
        if (service === null) continue;
        services.add(service);
        const others = (this.endpointSlices.get(service) ?? []).filter((other) => other !== before);
        const slices = slice === after ? [...others, after!] : others;
        if (slices.length === 0) this.endpointSlices.delete(service);
        else this.endpointSlices.set(service, sortSlices(slices));
      }
    }
    return services;
  }
}

/** An object that is the same but for its version stays the object that it was. */
export function take<T extends Resource>(
  objects: Map<string, T>,
  changes: readonly ObjectChange<T>[] = [],
): Difference<T>[] {
  const found: Difference<T>[] = [];
  for (const { key, object } of changes) {
    const before = objects.get(key) ?? null;
    if (before === object || (before !== null && object !== null && sameObject(before, object))) continue;
    if (object === null) objects.delete(key);
    else objects.set(key, object);
    found.push({ key, before, after: object });
  }
  return found;
}
