import { z } from 'zod';
import { isIPv4 } from '../core/ip-address.ts';
import { namespacedMeta } from '../core/object-meta.ts';
import { list } from '../schema/list.ts';
import { quote } from '../schema/text.ts';
import { hostname } from './hostname.ts';
import { routeStatusSchema } from './route-status.ts';
import { oneRule, streamRouteSpecFields } from './stream-route.ts';

export const tlsRouteSchema = z
  .object({
    apiVersion: z.enum([
      'gateway.networking.k8s.io/v1',
      'gateway.networking.k8s.io/v1alpha2',
      'gateway.networking.k8s.io/v1alpha3',
    ]),
    kind: z.literal('TLSRoute'),
    metadata: namespacedMeta(),
    /** Version v1alpha2 need not have `hostnames`. */
    spec: z.object({ ...streamRouteSpecFields, hostnames: list(hostname, { max: 1024 }).optional() }),
    status: routeStatusSchema,
  })
  .superRefine(oneRule)
  .superRefine(({ apiVersion, spec: { hostnames } }, context) => {
    if (apiVersion.endsWith('/v1alpha2')) return;
    const wrong = (path: (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: ['spec', 'hostnames', ...path], message });
    if (hostnames === undefined) wrong([], 'is required');
    else if (hostnames.length === 0) wrong([], 'must have at least 1 item');
    for (const [index, name] of (hostnames ?? []).entries()) {
      if (isIPv4(name)) wrong([index], `must be the name of a host, not an address: ${quote(name)}`);
    }
  });

export type TLSRoute = z.output<typeof tlsRouteSchema>;
