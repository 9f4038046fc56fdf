import type { Failure } from '../table.ts';

/**
 * A policy of ours as the proxies keep it: what its object says, resolved, and nothing of where it holds; listeners, rules
 * and backends name it. What a kind has beyond this is in the kind's own file of this folder.
 *
 * Of a listener and a rule that both name a policy of one kind, the rule's holds unless the listener's is `overrides`
 * (GEP-713, atomic defaults). What a backend names holds in addition, once that backend is chosen.
 */
export type Policy = {
  readonly kind: string;
  /** `namespace/name` of its object. */
  readonly name: string;
  readonly overrides: boolean;
  /** Not null: the policy cannot be kept, and every request that it is about gets this answer. */
  readonly failure: Failure | null;
};

/** What a policy needs and nobody else may see. */
export type Secret = {
  /** Base64 of the bytes. */
  readonly value: string;
};
