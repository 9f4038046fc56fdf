import { z } from 'zod';
import { namespacedMeta } from '../core/object-meta.ts';
import { conditionsSchema, lenientStatus } from './condition.ts';
import { listenersSchema } from './listener.ts';
import { listenerStatusesSchema } from './listener-status.ts';
import { GATEWAY_GROUP, group, kind, namespaceName, objectName } from './name.ts';
import { onlyVersion1 } from './version.ts';

const parentGatewayReferenceSchema = z.object({
  group: group.default(GATEWAY_GROUP),
  kind: kind.default('Gateway'),
  name: objectName,
  namespace: namespaceName.optional(),
});

const statusSchema = z.object({
  conditions: conditionsSchema,
  listeners: listenerStatusesSchema,
});

/** More listeners of a Gateway, in an object of their own (GEP-1713). */
export const listenerSetSchema = z.object({
  apiVersion: onlyVersion1,
  kind: z.literal('ListenerSet'),
  metadata: namespacedMeta(),
  spec: z.object({ parentRef: parentGatewayReferenceSchema, listeners: listenersSchema }),
  status: lenientStatus(statusSchema),
});

export type ListenerSet = z.output<typeof listenerSetSchema>;
