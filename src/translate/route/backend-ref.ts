import type { BackendObjectReference } from '../../api/gateway/backend-reference.ts';
import type { Backend, EndpointSet } from '../../ir/table.ts';
import { rememberedEndpoints } from '../endpoint.ts';
import type { Lookup } from '../lookup.ts';
import type { Unresolved } from './report.ts';

/** Key of the table's `backends`, or why there is none. */
export type Resolution = { readonly ok: true; readonly key: string } | ({ readonly ok: false } & Unresolved);

/** Resolves a reference of one route. */
export type Resolve = (ref: BackendObjectReference) => Resolution;

export type CatalogueEntry = { readonly backend: Backend; readonly endpoints: EndpointSet };

/**
 * What a Service port's `appProtocol` (KEP-3726) means to a backend; `''` is a port that says nothing. A protocol that is
 * missing here cannot be spoken, and sending it something else would be guessing.
 */
const PROTOCOL_OF: Readonly<Record<string, Backend['protocol']>> = {
  '': 'http1',
  http: 'http1',
  'kubernetes.io/ws': 'http1',
};

/** Resolves references to backends, and keeps what they resolved to, each Service port once. */
export class BackendCatalogue {
  readonly #lookup: Lookup;
  readonly #entries = new Map<string, CatalogueEntry>();
  /** Keys of entries by the `namespace/name` of their Service. */
  readonly #keys = new Map<string, Set<string>>();

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  /** The entry of a key that `resolve` gave out. */
  entry(key: string): CatalogueEntry {
    return this.#entries.get(key)!;
  }

  /**
   * Reads a Service (`namespace/name`) and its EndpointSlices again: for a catalogue whose lookup changes. Returns the keys
   * of its entries; one that leads nowhere any more has none, and must be resolved again by whoever has the key.
   */
  refresh(service: string): ReadonlySet<string> {
    const keys = this.#keys.get(service) ?? new Set();
    this.#keys.delete(service);
    for (const key of keys) {
      this.#entries.delete(key);
      this.#add(key, service, Number(key.slice(key.lastIndexOf('/') + 1)));
    }
    return keys;
  }

  /** `namespace` and `kind` are those of the route. */
  resolve(ref: BackendObjectReference, namespace: string, kind: string): Resolution {
    if (ref.group !== '' || ref.kind !== 'Service') {
      const name = ref.group === '' ? ref.kind : `${ref.group}/${ref.kind}`;
      return unresolved('InvalidKind', `${name} ${ref.name} cannot be a backend, only a Service can`);
    }
    const target = { group: '', kind: 'Service', namespace: ref.namespace ?? namespace, name: ref.name };
    const name = `${target.namespace}/${target.name}`;
    // Before it is known whether the Service exists: a missing grant must not tell one case from the other.
    if (!this.#lookup.grants.permits({ group: 'gateway.networking.k8s.io', kind, namespace }, target)) {
      const message = `no ReferenceGrant in namespace ${target.namespace} lets ${kind}s of ${namespace} refer to Service ${name}`;
      return unresolved('RefNotPermitted', message);
    }
    const key = `service/${name}/${ref.port}`;
    return this.#entries.has(key) ? { ok: true, key } : this.#add(key, name, ref.port);
  }

  #add(key: string, name: string, number: number | undefined): Resolution {
    const service = this.#lookup.services.get(name);
    if (service === undefined) return unresolved('BackendNotFound', `Service ${name} does not exist`);
    if (service.spec.type === 'ExternalName') {
      // It would let whoever writes a Service send the gateway anywhere (CVE-2021-25740).
      const message = `Service ${name} is of type ExternalName, which is never a backend; give it EndpointSlices instead`;
      return unresolved('InvalidKind', message);
    }
    if (number === undefined) return unresolved('BackendNotFound', `port is required to refer to Service ${name}`);
    const ports = service.spec.ports.filter((port) => port.port === number);
    const port = ports.find(({ protocol }) => protocol === 'TCP');
    if (port === undefined) {
      const [other] = ports;
      if (other !== undefined) {
        return unresolved('UnsupportedProtocol', `port ${number} of Service ${name} is ${other.protocol}, not TCP`);
      }
      const have = service.spec.ports.map((each) => each.port).join(', ') || 'none';
      return unresolved('BackendNotFound', `Service ${name} has no port ${number}; its ports: ${have}`);
    }
    const { appProtocol = '' } = port;
    const protocol = Object.hasOwn(PROTOCOL_OF, appProtocol) ? PROTOCOL_OF[appProtocol]! : null;
    if (protocol === null) {
      const message = `port ${number} of Service ${name} speaks ${appProtocol} (appProtocol), which is not supported`;
      return unresolved('UnsupportedProtocol', message);
    }
    this.#entries.set(key, {
      backend: { protocol, name: `${name}:${number}`, tls: null },
      endpoints: rememberedEndpoints(service, port, this.#lookup.endpointSlices.get(name) ?? []),
    });
    const keys = this.#keys.get(name);
    if (keys === undefined) this.#keys.set(name, new Set([key]));
    else keys.add(key);
    return { ok: true, key };
  }
}

function unresolved(reason: Unresolved['reason'], message: string): Resolution {
  return { ok: false, reason, message };
}
