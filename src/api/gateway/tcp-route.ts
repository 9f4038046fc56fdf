import { z } from 'zod';
import { namespacedMeta } from '../core/object-meta.ts';
import { routeStatusSchema } from './route-status.ts';
import { oneRule, streamRouteSpecFields } from './stream-route.ts';

export const tcpRouteSchema = z
  .object({
    apiVersion: z.enum(['gateway.networking.k8s.io/v1', 'gateway.networking.k8s.io/v1alpha2']),
    kind: z.literal('TCPRoute'),
    metadata: namespacedMeta(),
    spec: z.object(streamRouteSpecFields),
    status: routeStatusSchema,
  })
  .superRefine(oneRule);

export type TCPRoute = z.output<typeof tcpRouteSchema>;
