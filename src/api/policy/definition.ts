import type { z } from 'zod';

/** What `kubectl get` shows of an object beside its name. */
export type Column = {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly description?: string;
  /** 0 is always shown, 1 with `-o wide`. */
  readonly priority?: 0 | 1;
};

/** All that a CustomResourceDefinition says of one of our kinds. Every kind is namespaced and has a status. */
export type KindDefinition = {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  /** One sentence, for `kubectl explain`. */
  readonly description: string;
  /** How a policy reaches what it is about (GEP-713); null for a kind that is no policy. */
  readonly policy: 'Direct' | 'Inherited' | null;
  readonly spec: z.ZodType;
  readonly status: z.ZodType;
  readonly columns: readonly Column[];
};
