import { z } from 'zod';
import { portNumber } from '../schema/number.ts';
import { objectMetaSchema } from './object-meta.ts';

const servicePortSchema = z
  .object({
    name: z.string().default(''),
    protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
    port: portNumber,
    targetPort: z.union([z.int(), z.string()]).optional(),
    nodePort: z.int().optional(),
    appProtocol: z.string().optional(),
  })
  .transform((port) => ({ ...port, targetPort: port.targetPort ?? port.port }));

export const serviceSchema = z.object({
  apiVersion: z.literal('v1'),
  kind: z.literal('Service'),
  metadata: objectMetaSchema,
  spec: z
    .object({
      type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']).default('ClusterIP'),
      clusterIP: z.string().optional(),
      externalName: z.string().optional(),
      selector: z.record(z.string(), z.string()).optional(),
      publishNotReadyAddresses: z.boolean().default(false),
      ports: z.array(servicePortSchema).default([]),
    })
    .prefault({}),
});

export type Service = z.output<typeof serviceSchema>;
export type ServicePort = Service['spec']['ports'][number];
