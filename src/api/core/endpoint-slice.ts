import { z } from 'zod';
import { portNumber } from '../schema/number.ts';
import { objectMetaSchema } from './object-meta.ts';

const endpointSchema = z.object({
  addresses: z.array(z.string()),
  /** Unset conditions: ready and serving are taken for true, terminating for false (KEP-1672). */
  conditions: z
    .object({ ready: z.boolean().optional(), serving: z.boolean().optional(), terminating: z.boolean().optional() })
    .prefault({}),
  hostname: z.string().optional(),
  nodeName: z.string().optional(),
  zone: z.string().optional(),
  hints: z.object({ forZones: z.array(z.object({ name: z.string() })).optional() }).optional(),
});

const endpointPortSchema = z.object({
  name: z.string().default(''),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
  port: portNumber.optional(),
  appProtocol: z.string().optional(),
});

export const endpointSliceSchema = z.object({
  apiVersion: z.literal('discovery.k8s.io/v1'),
  kind: z.literal('EndpointSlice'),
  metadata: objectMetaSchema,
  addressType: z.enum(['IPv4', 'IPv6', 'FQDN']),
  endpoints: z.array(endpointSchema).default([]),
  ports: z.array(endpointPortSchema).default([]),
});

export type EndpointSlice = z.output<typeof endpointSliceSchema>;
export type SliceEndpoint = EndpointSlice['endpoints'][number];
