/** What objects say of a place, whether it holds or not: for explanations of requests, which ask for few of them. */
import type { BackendObjectReference } from '../../api/gateway/backend-reference.ts';
import type { HTTPRouteFilter } from '../../api/gateway/http-route-filter.ts';
import { OWN_GROUP } from '../../api/policy/value.ts';
import { backendTLSPolicyStatus } from '../backend-tls-policy.ts';
import type { FilterBook } from '../extension-filter/book.ts';
import type { Lookup } from '../lookup.ts';
import { keyOf } from '../object.ts';
import type { Route } from '../route/kind.ts';
import type { PolicyBook } from './book.ts';
import { type PolicyObject, type TargetKind, targetId, targetKind } from './kind.ts';
import { POLICY_KINDS } from './kinds.ts';

/** A policy that names a target. */
export type PolicyAccount = {
  readonly kind: string;
  /** `namespace/name`. */
  readonly name: string;
  readonly mode: 'Direct' | 'Defaults' | 'Overrides';
  /** Whether what it is for answers 500 while it is not right. */
  readonly failsClosed: boolean;
  /** The sections of the target that it is for; null is all of it. */
  readonly sections: readonly (string | null)[];
  /** Those of them that the target does not have. */
  readonly missing: readonly string[];
  /** Why it is not accepted; null: it is. */
  readonly refused: Refusal | null;
};

/** Reason and message of the condition. */
export type Refusal = { readonly reason: string; readonly message: string };

/** An HTTPRouteFilter that a rule refers to. `name` is `namespace/name`; `refused` is empty for one that is in order. */
export type FilterAccount = { readonly name: string; readonly refused: readonly string[] };

/** Who to ask. */
export interface Accounts {
  /** The policies that name a target (`namespace/name`), the one that wins first. */
  policiesFor(kind: TargetKind, key: string): readonly PolicyAccount[];
  /** The name of a port of a Service (`namespace/name`), or `''`. */
  portName(service: string, port: number): string;
  /** Keys of what rule `index` of a route refers to in its own namespace, also where a policy keeps requests from there. */
  backendsOf(kind: string, key: string, index: number): readonly string[];
  /** The filters that rule `index` of a route and its backends refer to, each once. */
  filtersOf(kind: string, key: string, index: number): readonly FilterAccount[];
}

export class ObjectAccounts implements Accounts {
  readonly #lookup: Lookup;
  readonly #policies: PolicyBook;
  readonly #filters: FilterBook;
  readonly #route: (kind: string, key: string) => Route | undefined;

  constructor(
    lookup: Lookup,
    books: { readonly policies: PolicyBook; readonly filters: FilterBook },
    route: (kind: string, key: string) => Route | undefined,
  ) {
    this.#lookup = lookup;
    this.#policies = books.policies;
    this.#filters = books.filters;
    this.#route = route;
  }

  policiesFor(kind: TargetKind, key: string): readonly PolicyAccount[] {
    const own = this.#lookup.policiesFor(targetId(kind, key)).map((policy) => this.#accountOf(policy, kind, key));
    return kind === 'Service' ? [...own, ...this.#tlsPoliciesFor(key)] : own;
  }

  portName(service: string, port: number): string {
    const ports = this.#lookup.services.get(service)?.spec.ports ?? [];
    return ports.find((one) => one.port === port)?.name ?? '';
  }

  backendsOf(kind: string, key: string, index: number): readonly string[] {
    const { backendRefs = [] } = this.#rule(kind, key, index) ?? {};
    const [namespace] = key.split('/');
    const own = backendRefs.filter((ref) => ref.kind === 'Service' && (ref.namespace ?? namespace) === namespace);
    return own.map(({ name, port }) => `service/${namespace}/${name}/${port}`);
  }

  filtersOf(kind: string, key: string, index: number): readonly FilterAccount[] {
    const rule = this.#rule(kind, key, index);
    if (rule === undefined) return [];
    const [namespace] = key.split('/');
    const lists = [rule.filters, ...(rule.backendRefs ?? []).map(({ filters }) => filters)];
    const names = new Set(lists.flatMap((filters) => (filters ?? []).flatMap(nameOf)));
    return [...names].map((name) => {
      const filter = keyOf({ namespace, name });
      const found = this.#filters.resolve(filter);
      return { name: filter, refused: found === null ? ['it does not exist'] : found.content.faults };
    });
  }

  #rule(kind: string, key: string, index: number): RouteRule | undefined {
    return (this.#route(kind, key)?.spec.rules as readonly RouteRule[] | undefined)?.[index];
  }

  #accountOf(policy: PolicyObject, kind: TargetKind, key: string): PolicyAccount {
    const { accepted, content } = this.#policies.judge(policy);
    const { failsClosed, policy: shape } = POLICY_KINDS[policy.kind]!;
    const { namespace } = policy.metadata;
    const sections = policy.spec.targetRefs
      .filter((ref) => targetKind(ref) === kind && `${namespace}/${ref.name}` === key)
      .map(({ sectionName }) => sectionName ?? null);
    const known = this.#lookup.sectionsOf(kind, key) ?? [];
    return {
      kind: policy.kind,
      name: keyOf(policy.metadata),
      mode: shape === 'Direct' ? 'Direct' : content.overrides ? 'Overrides' : 'Defaults',
      failsClosed,
      sections,
      missing: sections.filter((section) => section !== null && !known.includes(section)) as string[],
      refused: accepted.status === 'True' ? null : accepted,
    };
  }

  #tlsPoliciesFor(service: string): PolicyAccount[] {
    const known = this.#lookup.sectionsOf('Service', service) ?? [];
    return this.#lookup.backendTLSPolicies(service).map((policy): PolicyAccount => {
      const { namespace } = policy.metadata;
      const [ancestor] = backendTLSPolicyStatus(policy, [service], this.#lookup, '').ancestors;
      const accepted = ancestor!.conditions.find(({ type }) => type === 'Accepted')!;
      const sections = policy.spec.targetRefs
        .filter((ref) => targetKind(ref) === 'Service' && `${namespace}/${ref.name}` === service)
        .map(({ sectionName }) => sectionName ?? null);
      return {
        kind: policy.kind,
        name: keyOf(policy.metadata),
        mode: 'Direct',
        failsClosed: true,
        sections,
        missing: sections.filter((section) => section !== null && !known.includes(section)) as string[],
        refused: accepted.status === 'True' ? null : accepted,
      };
    });
  }
}

type RouteRule = {
  readonly filters?: readonly HTTPRouteFilter[] | undefined;
  readonly backendRefs?: readonly BackendRef[] | undefined;
};

type BackendRef = BackendObjectReference & { readonly filters?: readonly HTTPRouteFilter[] | undefined };

/** The name of the HTTPRouteFilter that a filter refers to; nothing for one of another type. */
function nameOf(filter: HTTPRouteFilter): string[] {
  if (filter.type !== 'ExtensionRef') return [];
  const { group, kind, name } = filter.extensionRef;
  return group === OWN_GROUP && kind === 'HTTPRouteFilter' ? [name] : [];
}
