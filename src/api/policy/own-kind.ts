import { z } from 'zod';
import { namespacedMeta } from '../core/object-meta.ts';
import { lenientStatus } from '../gateway/condition.ts';
import type { Column, KindDefinition } from './definition.ts';
import { ACCEPTED_COLUMN, AGE_COLUMN, ancestorSchema, ancestorsStatus, PROGRAMMED_COLUMN } from './status.ts';
import { ownApiVersion } from './value.ts';

/** A kind with its CustomResourceDefinition: `schema` is of whole objects. */
export function ownKind<K extends string, S extends z.ZodType, T extends z.ZodType>(
  definition: Omit<KindDefinition, 'singular'> & { readonly kind: K; readonly spec: S; readonly status: T },
) {
  const { kind, spec, status } = definition;
  return {
    schema: z.object({
      apiVersion: ownApiVersion,
      kind: z.literal(kind),
      metadata: namespacedMeta(),
      spec,
      status: lenientStatus(status),
    }),
    definition: { ...definition, singular: kind.toLowerCase() } satisfies KindDefinition,
  };
}

/** A policy's kind: `columns` stand between those that all policies have. */
export function policyKind<K extends string, S extends z.ZodType>({
  columns = [],
  ...definition
}: Omit<KindDefinition, 'singular' | 'status' | 'columns'> & {
  readonly kind: K;
  readonly policy: 'Direct' | 'Inherited';
  readonly spec: S;
  readonly columns?: readonly Column[];
}) {
  return ownKind({
    ...definition,
    status: ancestorsStatus(ancestorSchema),
    columns: [
      { name: 'Target', type: 'string', jsonPath: '.spec.targetRefs[*].name' },
      ...columns,
      ACCEPTED_COLUMN,
      PROGRAMMED_COLUMN,
      AGE_COLUMN,
    ],
  });
}
