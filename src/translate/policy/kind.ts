/** What the kinds of policy of our own differ in. A kind is one object of this type in a file of its own, and a line in kinds.ts. */
import type { BackendObjectReference } from '../../api/gateway/backend-reference.ts';
import type { Backend } from '../../ir/table.ts';
import type { Lookup } from '../lookup.ts';
import type { Metadata } from '../object.ts';
import type { Speaks } from '../route/app-protocol.ts';
import type { Resolution } from '../route/backend-ref.ts';
import type { RuleBody } from '../route/kind.ts';

/** `sectionName` is a listener's name, a rule's, or that of a Service's port (GEP-713, GEP-2648). */
export type PolicyTarget = {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly sectionName?: string | undefined;
};

/** What every policy of ours has. */
export type PolicyObject = {
  readonly kind: string;
  readonly metadata: Metadata & { readonly namespace: string };
  readonly spec: { readonly targetRefs: readonly PolicyTarget[] };
  /** Why nobody can tell what it says; such a policy is not accepted. */
  readonly unreadable?: string;
};

export type TargetKind = 'Gateway' | 'HTTPRoute' | 'GRPCRoute' | 'Service';

/** What a policy says, whatever its targets are. */
export type PolicyContent = {
  /** What the proxies get beside the fields that all kinds have; null for a kind that has another effect. */
  readonly entry: object | null;
  readonly overrides: boolean;
  /** "field: what is wrong, what is allowed"; a policy with any is not accepted. */
  readonly faults: readonly string[];
  /** What is worth saying of one that is accepted; absent for nothing. */
  readonly note?: string;
  /** "field: what is wrong": what the policy does without and is in effect nevertheless; absent for a kind that refers to nothing. */
  readonly unresolved?: readonly string[];
  /** Keys of backends that it sends requests to. */
  readonly backends: readonly string[];
  /** Values that proxies need, base64, by their keys in the table. */
  readonly secrets: Readonly<Record<string, string>>;
};

export type PolicyContext = {
  readonly lookup: Lookup;
  /** Resolves a reference to a Service, as one of the policy's namespace. `speaks` is `http` unless it is said. */
  readonly resolveBackend: (ref: BackendObjectReference, speaks?: Speaks) => Resolution;
  /** One value of a Secret of the policy's namespace: its key in the table, and base64. */
  readonly secret: (
    name: string,
    dataKey: string,
  ) => { readonly key: string; readonly value: string } | { readonly fault: string };
};

export type PolicyKind<P extends PolicyObject = PolicyObject> = {
  readonly kind: P['kind'];
  readonly policy: 'Direct' | 'Inherited';
  readonly targets: readonly TargetKind[];
  /** Whether requests that an invalid policy is about are answered with 500 instead of being served without it. */
  readonly failsClosed: boolean;
  /** Everything outside but its targets that its content depends on, as in references.ts. */
  readonly referents: (policy: P) => Iterable<string>;
  readonly convert: (policy: P, context: PolicyContext) => PolicyContent;
  /** What becomes of a rule that it holds for, where it is more than a key in the rule's `policies`. */
  readonly applyToRule?: (policy: P, rule: RuleBody) => RuleBody;
  /** The same of a backend. */
  readonly applyToBackend?: (policy: P, backend: Backend) => Backend;
};

/** A place that policies are for, as policies name it: `HTTPRoute shop/cart`. */
export function targetId(kind: string, key: string): string {
  return `${kind} ${key}`;
}

/** The place that `targetId` names. */
export function placeOf(id: string): { readonly kind: string; readonly key: string } {
  const space = id.indexOf(' ');
  return { kind: id.slice(0, space), key: id.slice(space + 1) };
}

const GATEWAY_API = 'gateway.networking.k8s.io';

/** The kind of a target; null for one that no policy may have. */
export function targetKind({ group, kind }: PolicyTarget): TargetKind | null {
  if (group === '') return kind === 'Service' ? 'Service' : null;
  if (group !== GATEWAY_API) return null;
  return kind === 'Gateway' || kind === 'HTTPRoute' || kind === 'GRPCRoute' ? kind : null;
}

/** The places that a policy is for, as `targetId` names them, each once. */
export function targetsOf({ metadata, spec }: PolicyObject): string[] {
  const ids = spec.targetRefs.flatMap((ref) => {
    const kind = targetKind(ref);
    return kind === null ? [] : [targetId(kind, `${metadata.namespace}/${ref.name}`)];
  });
  return [...new Set(ids)];
}

/** `<kind>/<namespace>/<name>`. */
export function policyId({ kind, metadata }: PolicyObject): string {
  return `${kind}/${metadata.namespace}/${metadata.name}`;
}
