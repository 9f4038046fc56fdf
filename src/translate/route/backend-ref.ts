import type { Service, ServicePort } from '../../api/core/service.ts';
import type { BackendObjectReference } from '../../api/gateway/backend-reference.ts';
import type { Backend, EndpointSet, Failure } from '../../ir/table.ts';
import { AGGREGATE, AggregateBook, aggregateKey, type ResolvedAggregate } from '../aggregate.ts';
import { type PortPolicy, policyOfPort } from '../backend-tls-policy.ts';
import { rememberedEndpoints } from '../endpoint.ts';
import { FilterBook } from '../extension-filter/book.ts';
import type { Lookup } from '../lookup.ts';
import { PolicyBook } from '../policy/book.ts';
import { protocolOf, type Speaks } from './app-protocol.ts';
import type { Unresolved } from './report.ts';

export type Resolution =
  | {
      readonly ok: true;
      /** Of the table's `backends`. */
      readonly key: string;
      /** `namespace/name` of the Service; null for an Aggregate. */
      readonly service: string | null;
      /** What is behind an Aggregate; absent for a Service. */
      readonly aggregate?: ResolvedAggregate;
      /** Not null: nothing may be sent there, though the reference is right, and this is the answer instead. */
      readonly failure: Failure | null;
    }
  | ({
      readonly ok: false;
      /** Null unless it may be referred to. */
      readonly service: string | null;
    } & Unresolved);

/** Resolves a reference of one rule. */
export type Resolve = (ref: BackendObjectReference) => Resolution;

/** Who refers to a backend, and what for. */
export type BackendUse = {
  /** Of whoever refers; absent: the Gateway API's. */
  readonly group?: string;
  readonly kind: string;
  readonly namespace: string;
  readonly transport: 'TCP' | 'UDP';
  readonly speaks: Speaks;
  /** Whether TLS to the backend is the Gateway's business (BackendTLSPolicy). */
  readonly ours: boolean;
};

export type CatalogueEntry = {
  readonly backend: Backend;
  readonly endpoints: EndpointSet;
  /** Of the Service's port, in lower case. */
  readonly appProtocol: string;
  readonly policy: PortPolicy | null;
};

/** Resolves references to backends, and keeps what they resolved to, each Service port once. */
export class BackendCatalogue {
  /** Those for backends, and for everything else. */
  readonly policies: PolicyBook;
  readonly aggregates: AggregateBook;
  readonly filters: FilterBook;
  readonly #lookup: Lookup;
  readonly #entries = new Map<string, CatalogueEntry>();
  /** Keys of entries by the `namespace/name` of their Service. */
  readonly #keys = new Map<string, Set<string>>();

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
    this.policies = new PolicyBook(lookup, this);
    const use = { ...AGGREGATE, transport: 'TCP', speaks: 'http', ours: true } as const;
    this.aggregates = new AggregateBook(lookup, (ref, namespace) => this.resolve(ref, { ...use, namespace }));
    this.filters = new FilterBook(lookup);
  }

  /** The entry of a key that `resolve` gave out; undefined once it leads nowhere any more. */
  entry(key: string): CatalogueEntry | undefined {
    return this.#entries.get(key);
  }

  /**
   * Reads a Service (`namespace/name`), its EndpointSlices and its policies again: for a catalogue whose lookup changes.
   * Returns the keys of its entries; one that leads nowhere any more has none, and must be resolved again by whoever has
   * the key.
   */
  refresh(service: string): ReadonlySet<string> {
    const keys = this.#keys.get(service) ?? new Set();
    this.#keys.delete(service);
    for (const key of keys) {
      this.#entries.delete(key);
      const [, , , port, udp] = key.split('/');
      this.#add(key, service, Number(port), udp === undefined ? 'TCP' : 'UDP');
    }
    return keys;
  }

  resolve(ref: BackendObjectReference, use: BackendUse): Resolution {
    const { group = 'gateway.networking.k8s.io', kind, namespace, transport, speaks, ours } = use;
    if (kind === 'HTTPRoute' && ref.group === AGGREGATE.group && ref.kind === AGGREGATE.kind) {
      return this.#resolveAggregate(ref, namespace);
    }
    if (ref.group !== '' || ref.kind !== 'Service') {
      const name = ref.group === '' ? ref.kind : `${ref.group}/${ref.kind}`;
      return unresolved('InvalidKind', `${name} ${ref.name} cannot be a backend, only a Service can`, null);
    }
    const target = { group: '', kind: 'Service', namespace: ref.namespace ?? namespace, name: ref.name };
    const name = `${target.namespace}/${target.name}`;
    // Before it is known whether the Service exists: a missing grant must not tell one case from the other.
    if (!this.#lookup.grants.permits({ group, kind, namespace }, target)) {
      const message = `no ReferenceGrant in namespace ${target.namespace} lets ${kind}s of ${namespace} refer to Service ${name}`;
      return unresolved('RefNotPermitted', message, null);
    }
    const key = `service/${name}/${ref.port}${transport === 'UDP' ? '/udp' : ''}`;
    const entry = this.#entries.get(key) ?? this.#add(key, name, ref.port, transport);
    if ('reason' in entry) return unresolved(entry.reason, entry.message, name);
    const { appProtocol, policy } = entry;
    if (protocolOf(appProtocol, speaks, policy !== null) === null) {
      const message = `port ${ref.port} of Service ${name} speaks ${appProtocol} (appProtocol), which is not supported`;
      const hint = protocolOf(appProtocol, speaks, true) === null ? '' : ' without a BackendTLSPolicy';
      return unresolved('UnsupportedProtocol', `${message}${hint}`, name);
    }
    const fault = ours && policy !== null && policy.tls === null ? { status: 500, reason: policy.reason } : null;
    return { ok: true, key, service: name, failure: fault };
  }

  #resolveAggregate(ref: BackendObjectReference, namespace: string): Resolution {
    const target = { ...AGGREGATE, namespace: ref.namespace ?? namespace, name: ref.name };
    const name = `${target.namespace}/${target.name}`;
    const from = { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace };
    if (!this.#lookup.grants.permits(from, target)) {
      const message = `no ReferenceGrant in namespace ${target.namespace} lets HTTPRoutes of ${namespace} refer to Aggregate ${name}`;
      return unresolved('RefNotPermitted', message, null);
    }
    const aggregate = this.aggregates.resolve(name);
    if (aggregate === null) return unresolved('BackendNotFound', `Aggregate ${name} does not exist`, null);
    const key = aggregateKey(name);
    if (!this.#entries.has(key)) this.#entries.set(key, aggregateEntry(name));
    return { ok: true, key, service: null, failure: null, aggregate };
  }

  #add(
    key: string,
    name: string,
    number: number | undefined,
    transport: BackendUse['transport'],
  ): CatalogueEntry | Unresolved {
    const found = findPort(this.#lookup.services.get(name), name, number, transport);
    if ('reason' in found) return found;
    const { service, port } = found;
    const appProtocol = (port.appProtocol ?? '').toLowerCase();
    const policy = transport === 'UDP' ? null : policyOfPort(name, port.name, this.#lookup);
    const entry: CatalogueEntry = {
      backend: this.policies.applyToBackend(name, port.name, {
        protocol: protocolOf(appProtocol, 'http', true) ?? 'http1',
        name: `${name}:${number}`,
        tls: policy?.tls ?? null,
      }),
      endpoints: rememberedEndpoints(service, port, this.#lookup.endpointSlices.get(name) ?? []),
      appProtocol,
      policy,
    };
    this.#entries.set(key, entry);
    const keys = this.#keys.get(name);
    if (keys === undefined) this.#keys.set(name, new Set([key]));
    else keys.add(key);
    return entry;
  }
}

/** What stands for an Aggregate where a backend has to: nothing is ever sent there. */
function aggregateEntry(name: string): CatalogueEntry {
  return {
    backend: { protocol: 'http1', name, tls: null },
    endpoints: { addresses: [] },
    appProtocol: '',
    policy: null,
  };
}

function findPort(
  service: Service | undefined,
  name: string,
  number: number | undefined,
  transport: BackendUse['transport'],
): { readonly service: Service; readonly port: ServicePort } | Unresolved {
  if (service === undefined) return { reason: 'BackendNotFound', message: `Service ${name} does not exist` };
  if (service.spec.type === 'ExternalName') {
    // It would let whoever writes a Service send the gateway anywhere (CVE-2021-25740).
    const message = `Service ${name} is of type ExternalName, which is never a backend; give it EndpointSlices instead`;
    return { reason: 'InvalidKind', message };
  }
  if (number === undefined) {
    return { reason: 'BackendNotFound', message: `port is required to refer to Service ${name}` };
  }
  const ports = service.spec.ports.filter((port) => port.port === number);
  const port = ports.find(({ protocol }) => protocol === transport);
  if (port !== undefined) return { service, port };
  const [other] = ports;
  if (other !== undefined) {
    const message = `port ${number} of Service ${name} is ${other.protocol}, not ${transport}`;
    return { reason: 'UnsupportedProtocol', message };
  }
  const have = service.spec.ports.map((each) => each.port).join(', ') || 'none';
  return { reason: 'BackendNotFound', message: `Service ${name} has no port ${number}; its ports: ${have}` };
}

function unresolved(reason: Unresolved['reason'], message: string, service: string | null): Resolution {
  return { ok: false, reason, message, service };
}
