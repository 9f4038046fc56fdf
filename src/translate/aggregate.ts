import { milliseconds } from '../api/gateway/duration.ts';
import type { AggregateBackend, AggregatePartSpec } from '../api/policy/aggregate.ts';
import { bytesOf, OWN_GROUP } from '../api/policy/value.ts';
import type { Aggregate, AggregatePart, ForEach, PartTarget } from '../ir/aggregate.ts';
import { parseJSONPath } from './aggregate-path.ts';
import { grantsReferent, routeReferent, serviceReferent } from './incremental/references.ts';
import type { Lookup } from './lookup.ts';
import { keyOf } from './object.ts';
import type { Resolution, Resolve } from './route/backend-ref.ts';
import type { Unresolved } from './route/report.ts';

/** Group and kind as references have them. */
export const AGGREGATE = { group: OWN_GROUP, kind: 'Aggregate' } as const;

/** An Aggregate with what its parts lead to. It stays the same object while that does not change. */
export type ResolvedAggregate = {
  readonly entry: Aggregate;
  /** Services (`namespace/name`) that it refers to and may refer to. */
  readonly services: readonly string[];
  /** Messages begin with the field. */
  readonly unresolved: readonly Unresolved[];
};

/** The key of its entry in the table's `backends`. */
export function aggregateKey(name: string): string {
  return `aggregate/${name}`;
}

/** What Aggregates are made of. */
export class AggregateBook {
  readonly #lookup: Lookup;
  readonly #resolve: (ref: Parameters<Resolve>[0], namespace: string) => Resolution;
  readonly #known = new Map<string, { readonly text: string; readonly resolved: ResolvedAggregate }>();

  /** @param resolve resolves a reference of an Aggregate of a namespace */
  constructor(lookup: Lookup, resolve: (ref: Parameters<Resolve>[0], namespace: string) => Resolution) {
    this.#lookup = lookup;
    this.#resolve = resolve;
  }

  /** By `namespace/name`; null: there is no such Aggregate. */
  resolve(key: string): ResolvedAggregate | null {
    const aggregate = this.#lookup.aggregates.get(key);
    if (aggregate === undefined) {
      this.#known.delete(key);
      return null;
    }
    const resolved = this.#convert(aggregate);
    const text = JSON.stringify(resolved);
    const known = this.#known.get(key);
    if (known?.text === text) return known.resolved;
    this.#known.set(key, { text, resolved });
    return resolved;
  }

  #convert({ metadata, spec }: AggregateBackend): ResolvedAggregate {
    const services = new Set<string>();
    const unresolved: Unresolved[] = [];
    const parts = spec.parts.map((part, index): AggregatePart => {
      const { forEach, key, onError, path } = part;
      const found = this.#target(part, metadata.namespace, services);
      if ('message' in found) unresolved.push({ ...found, message: `parts[${index}].${found.message}` });
      return {
        key,
        target: 'message' in found ? { to: 'unresolved', reason: found.reason } : found,
        path,
        onError,
        forEach: forEach === undefined ? null : convertForEach(forEach),
      };
    });
    const entry: Aggregate = {
      kind: 'Aggregate',
      name: keyOf(metadata),
      timeout: milliseconds(spec.timeout),
      maxBytes: bytesOf(spec.maxBytes),
      parts,
    };
    return { entry, services: [...services], unresolved };
  }

  #target(part: AggregatePartSpec, namespace: string, services: Set<string>): PartTarget | Unresolved {
    const { backendRef, routeRef } = part;
    if (backendRef === undefined) return this.#rule(`${namespace}/${routeRef!.name}`, routeRef!.sectionName);
    const resolution = this.#resolve(backendRef, namespace);
    if (resolution.service !== null) services.add(resolution.service);
    if (!resolution.ok) return { reason: resolution.reason, message: `backendRef: ${resolution.message}` };
    if (resolution.failure !== null) return { to: 'unresolved', reason: resolution.failure.reason };
    return { to: 'backend', backend: resolution.key };
  }

  #rule(key: string, section: string | undefined): PartTarget | Unresolved {
    const route = this.#lookup.httpRoute(key);
    if (route === undefined) {
      return { reason: 'BackendNotFound', message: `routeRef: HTTPRoute ${key} does not exist` };
    }
    const index = section === undefined ? 0 : route.spec.rules.findIndex(({ name }) => name === section);
    const rule = route.spec.rules[index];
    if (rule === undefined) {
      return { reason: 'BackendNotFound', message: `routeRef: HTTPRoute ${key} has no rule of the name ${section}` };
    }
    // An Aggregate behind an Aggregate might be behind itself.
    if ((rule.backendRefs ?? []).some(({ group, kind }) => group === AGGREGATE.group && kind === AGGREGATE.kind)) {
      return { reason: 'InvalidKind', message: `routeRef: the rule of HTTPRoute ${key} leads to an Aggregate itself` };
    }
    return { to: 'rule', rule: `httproute/${key}/rule/${index}` };
  }
}

function convertForEach({ jsonPath, maxCalls, parameter, part }: NonNullable<AggregatePartSpec['forEach']>): ForEach {
  return { part, path: parseJSONPath(jsonPath)!, parameter, maxCalls };
}

/** Everything outside of an Aggregate that its content depends on. */
export function* referentsOfAggregate({ metadata, spec }: AggregateBackend): Generator<string> {
  for (const { backendRef, routeRef } of spec.parts) {
    if (routeRef !== undefined) yield routeReferent(`HTTPRoute/${metadata.namespace}/${routeRef.name}`);
    if (backendRef === undefined) continue;
    const namespace = backendRef.namespace ?? metadata.namespace;
    yield serviceReferent(keyOf({ namespace, name: backendRef.name }));
    if (namespace !== metadata.namespace) yield grantsReferent(namespace);
  }
}
