/** Filters of listeners (GEP-5224): what is done to every request before a rule is looked for. */
import type { Gateway } from '../api/gateway/gateway.ts';
import type { GatewayListener } from '../api/gateway/listener.ts';
import type { ListenerSet } from '../api/gateway/listener-set.ts';
import type { LocalObjectReference } from '../api/gateway/object-reference.ts';
import { OWN_GROUP } from '../api/policy/value.ts';
import type { Filter } from '../ir/filter.ts';
import type { Failure } from '../ir/table.ts';
import { listenerFaults } from './extension-filter/usage.ts';
import type { BackendCatalogue } from './route/backend-ref.ts';
import { convertExternalAuth } from './route/external-auth.ts';
import { RuleReport } from './route/report.ts';

export type ListenerFilters = {
  /** In the order of the manifest, which is that of their effect. */
  readonly filters: readonly Filter[];
  /** The answer to every request, because one of them leads nowhere; null: all of them are in effect. */
  readonly failure: Failure | null;
  /** Why the listener is not accepted with them. */
  readonly fault: {
    readonly reason: 'UnsupportedValue' | 'InvalidListenerFilter';
    readonly message: string;
  } | null;
  /** Why ResolvedRefs of the listener is False. */
  readonly unresolved: {
    readonly reason: 'InvalidListenerFilterRef' | 'RefNotPermitted';
    readonly message: string;
  } | null;
  /** The HTTPRouteFilters (`namespace/name`) that it names, and what keeps it from using them. */
  readonly uses: ReadonlyMap<string, readonly string[]>;
};

const NONE: ListenerFilters = { filters: [], failure: null, fault: null, unresolved: null, uses: new Map() };

/** `owner` is what the listener stands in: references without a namespace are to objects beside it. */
export function convertListenerFilters(
  { filters: spec, protocol }: GatewayListener,
  owner: Gateway | ListenerSet,
  backends: BackendCatalogue,
): ListenerFilters {
  const requests = spec?.requests ?? [];
  if (requests.length === 0) return NONE;
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') {
    const message = `filters: a listener of protocol ${protocol} has no requests that could be filtered`;
    return { ...NONE, fault: { reason: 'InvalidListenerFilter', message } };
  }
  const conversion = new Conversion(owner, backends);
  for (const [index, filter] of requests.entries()) {
    const field = `filters.requests[${index}]`;
    if (filter.type === 'ExternalAuth') conversion.addExternalAuth(filter.externalAuth!, `${field}.externalAuth`);
    else conversion.addExtension(filter.extensionRef!, `${field}.extensionRef`);
  }
  return conversion.result();
}

class Conversion {
  readonly #namespace: string;
  readonly #kind: 'Gateway' | 'ListenerSet';
  readonly #backends: BackendCatalogue;
  readonly #filters: Filter[] = [];
  readonly #uses = new Map<string, string[]>();
  /** Filters of a kind that listeners cannot have, and filters that say what listeners cannot do. */
  readonly #unsupported: string[] = [];
  readonly #invalid: string[] = [];
  readonly #unresolved: { readonly isPermitted: boolean; readonly message: string }[] = [];
  #failure: Failure | null = null;

  constructor({ kind, metadata }: Gateway | ListenerSet, backends: BackendCatalogue) {
    this.#namespace = metadata.namespace;
    this.#kind = kind;
    this.#backends = backends;
  }

  addExternalAuth(spec: Parameters<typeof convertExternalAuth>[0], field: string): void {
    const report = new RuleReport();
    const use = { kind: this.#kind, namespace: this.#namespace, transport: 'TCP', speaks: 'http', ours: true } as const;
    const converted = convertExternalAuth(spec, field, { report, resolve: (ref) => this.#backends.resolve(ref, use) });
    for (const { reason, message } of report.unresolved) {
      this.#unresolved.push({ isPermitted: reason !== 'RefNotPermitted', message });
    }
    if ('reason' in converted) this.#failure ??= converted;
    else this.#filters.push(converted);
  }

  addExtension({ group, kind, name }: LocalObjectReference, field: string): void {
    if (group !== OWN_GROUP || kind !== 'HTTPRouteFilter') {
      const what = `${group === '' ? kind : `${group}/${kind}`} ${name}`;
      this.#leadsNowhere(`${field}: ${what} is of no kind that can be a filter`, 'InvalidKind');
      return;
    }
    const key = `${this.#namespace}/${name}`;
    const found = this.#backends.filters.resolve(key);
    const faults = this.#uses.get(key) ?? [];
    this.#uses.set(key, faults);
    if (found === null) {
      this.#leadsNowhere(`${field}: HTTPRouteFilter ${name} does not exist`, 'FilterNotFound');
      return;
    }
    const { content, filter, type } = found;
    if (!type.listeners) {
      const message = `${field}: a filter of type ${filter.spec.type} needs a rule and cannot be one of a listener`;
      this.#unsupported.push(message);
      faults.push(message);
    } else if (content.faults.length > 0) {
      this.#invalid.push(`${field}: HTTPRouteFilter ${name} is not accepted`);
    } else {
      const unfit = listenerFaults(content.filters).map((message) => `${field}: ${message}`);
      this.#invalid.push(...unfit);
      faults.push(...unfit);
      this.#filters.push(...content.filters);
    }
  }

  result(): ListenerFilters {
    return {
      filters: this.#failure === null ? this.#filters : [],
      failure: this.#failure,
      fault: this.#fault(),
      unresolved: this.#unresolvedRefs(),
      uses: this.#uses,
    };
  }

  #leadsNowhere(message: string, reason: string): void {
    this.#unresolved.push({ isPermitted: true, message });
    this.#failure ??= { status: 500, reason };
  }

  #fault(): ListenerFilters['fault'] {
    if (this.#unsupported.length > 0) return { reason: 'UnsupportedValue', message: this.#unsupported.join('; ') };
    if (this.#invalid.length > 0) return { reason: 'InvalidListenerFilter', message: this.#invalid.join('; ') };
    return null;
  }

  #unresolvedRefs(): ListenerFilters['unresolved'] {
    const [first] = this.#unresolved;
    if (first === undefined) return null;
    const reason = this.#unresolved.every(({ isPermitted }) => isPermitted)
      ? 'InvalidListenerFilterRef'
      : 'RefNotPermitted';
    return { reason, message: this.#unresolved.map(({ message }) => message).join('; ') };
  }
}
