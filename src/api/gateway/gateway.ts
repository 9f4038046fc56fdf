import { z } from 'zod';
import { labelSelectorSchema } from '../core/label-selector.ts';
import { namespacedMeta } from '../core/object-meta.ts';
import { conditionsSchema, lenientStatus } from './condition.ts';
import { gatewayAddressesSchema } from './gateway-address.ts';
import { gatewayInfrastructureSchema } from './gateway-infrastructure.ts';
import { gatewayTLSSchema } from './gateway-tls.ts';
import { gatewayListenersSchema } from './listener.ts';
import { listenerStatusesSchema } from './listener-status.ts';
import { objectName } from './name.ts';
import { apiVersion } from './version.ts';

const allowedListenersSchema = z.object({
  namespaces: z
    .object({
      from: z.enum(['All', 'Selector', 'Same', 'None']).default('None'),
      selector: labelSelectorSchema.optional(),
    })
    .prefault({}),
});

const specSchema = z.object({
  gatewayClassName: objectName,
  listeners: gatewayListenersSchema,
  addresses: gatewayAddressesSchema.optional(),
  infrastructure: gatewayInfrastructureSchema.optional(),
  allowedListeners: allowedListenersSchema.optional(),
  tls: gatewayTLSSchema.optional(),
  defaultScope: z.enum(['All', 'None']).optional(),
});

const statusSchema = z.object({
  addresses: z
    .array(z.object({ type: z.string().default('IPAddress'), value: z.string(), routability: z.string().optional() }))
    .optional(),
  attachedListenerSets: z.int().optional(),
  conditions: conditionsSchema,
  listeners: listenerStatusesSchema,
});

export const gatewaySchema = z.object({
  apiVersion,
  kind: z.literal('Gateway'),
  metadata: namespacedMeta(),
  spec: specSchema,
  status: lenientStatus(statusSchema),
});

export type Gateway = z.output<typeof gatewaySchema>;
