/**
 * What holds in place of a policy that protects and that nobody can read: it is for the same objects, and closes them. Without it a
 * misspelt field of an AccessPolicy would open what the policy is for.
 */
import { namespacedMeta } from '../core/object-meta.ts';
import { GATEWAY_GROUP } from '../gateway/name.ts';
import { isObject } from '../schema/raw.ts';

/** What objects of these kinds may have beside what their schemas know. */
export type Closing = {
  /** Why the object cannot be read; absent where it can. Such a policy is not accepted, whatever else it says. */
  readonly unreadable?: string;
};

/** Kinds that protect → the `spec` of one that cannot be read, without its targets. */
const SPEC_OF = {
  AccessPolicy: ({ overrides, targetRefs }) =>
    isObject(overrides) && targetsOf(targetRefs).every(({ kind }) => kind === 'Gateway')
      ? { overrides: {} }
      : { defaults: {} },
  BackendTLSPolicy: () => ({ validation: { hostname: '' } }),
  HTTPMatchPolicy: () => ({ priority: 0 }),
} as const satisfies Readonly<Record<string, (spec: Readonly<Record<string, unknown>>) => object>>;

export type ProtectingKind = keyof typeof SPEC_OF;

/** Whether a policy of the kind closes what it is for when it cannot be kept. */
export function protects(kind: string): kind is ProtectingKind {
  return Object.hasOwn(SPEC_OF, kind);
}

type Target = {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly sectionName?: string;
};

const meta = namespacedMeta();

/**
 * What holds in place of a document that breaks the rules of its kind.
 *
 * @param why what is wrong with it, for its status
 * @returns null when its kind does not protect, or when nobody can tell what it is called or for
 */
export function closingOf(document: unknown, why: string): (Closing & { readonly kind: ProtectingKind }) | null {
  if (!isObject(document)) return null;
  const { apiVersion, kind, spec } = document;
  if (typeof kind !== 'string' || !protects(kind) || !isObject(spec)) return null;
  const metadata = metadataOf(document.metadata);
  const targetRefs = targetsOf(spec.targetRefs);
  if (metadata === null || targetRefs.length === 0) return null;
  const closing = { apiVersion, kind, metadata, spec: { targetRefs, ...SPEC_OF[kind](spec) }, unreadable: why };
  return closing;
}

function metadataOf(raw: unknown) {
  const whole = meta.safeParse(raw);
  if (whole.success) return whole.data;
  if (!isObject(raw)) return null;
  const named = meta.safeParse({ name: raw.name, namespace: raw.namespace ?? undefined });
  return named.success ? named.data : null;
}

/** The targets that can be told. */
function targetsOf(raw: unknown): Target[] {
  if (!Array.isArray(raw)) return [];
  return raw.flatMap((ref: unknown): Target[] => {
    if (!isObject(ref)) return [];
    const { kind, name, sectionName } = ref;
    if (typeof kind !== 'string' || typeof name !== 'string') return [];
    const group = typeof ref.group === 'string' ? ref.group : kind === 'Service' ? '' : GATEWAY_GROUP;
    return [{ group, kind, name, ...(typeof sectionName === 'string' ? { sectionName } : {}) }];
  });
}
