import { z } from 'zod';
import { namespacedMeta } from '../core/object-meta.ts';
import { list } from '../schema/list.ts';
import { group, kind, namespaceName, objectName } from './name.ts';
import { apiVersion } from './version.ts';

/** Lets objects of other namespaces (`from`) refer to objects of its own (`to`). */
export const referenceGrantSchema = z.object({
  apiVersion,
  kind: z.literal('ReferenceGrant'),
  metadata: namespacedMeta(),
  spec: z.object({
    from: list(z.object({ group, kind, namespace: namespaceName }), { min: 1, max: 16 }),
    to: list(z.object({ group, kind, name: objectName.optional() }), { min: 1, max: 16 }),
  }),
});

export type ReferenceGrant = z.output<typeof referenceGrantSchema>;
