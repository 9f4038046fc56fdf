import { z } from 'zod';
import { list } from '../schema/list.ts';
import { integer } from '../schema/number.ts';
import { quote, text } from '../schema/text.ts';
import { canonicalIPv6, isIPv4, specialRange } from './ip-address.ts';
import { DNS_SUBDOMAIN, dnsLabel, dnsSubdomain, LABEL_VALUE, qualifiedName } from './name.ts';
import { namespacedMeta } from './object-meta.ts';
import { portName, transportProtocol } from './transport.ts';

const zoneHints = list(z.object({ name: text(LABEL_VALUE).default('') }), {
  max: 8,
  unique: { by: 'name', key: (zone) => zone.name },
});

const endpointSchema = z.object({
  addresses: list(z.string(), { min: 1, max: 100 }),
  /** Unset conditions: ready and serving are taken for true, terminating for false (KEP-1672). */
  conditions: z
    .object({ ready: z.boolean().optional(), serving: z.boolean().optional(), terminating: z.boolean().optional() })
    .prefault({}),
  hostname: dnsLabel.optional(),
  nodeName: dnsSubdomain.optional(),
  zone: z.string().optional(),
  targetRef: z.object({ kind: z.string().optional(), name: z.string().optional() }).optional(),
  hints: z.object({ forZones: zoneHints.optional() }).optional(),
});

const endpointPortSchema = z.object({
  name: portName.default(''),
  protocol: transportProtocol.default('TCP'),
  port: integer().optional(),
  appProtocol: qualifiedName.optional(),
});

export const endpointSliceSchema = z
  .object({
    apiVersion: z.literal('discovery.k8s.io/v1'),
    kind: z.literal('EndpointSlice'),
    metadata: namespacedMeta(),
    addressType: z.enum(['IPv4', 'IPv6', 'FQDN']),
    endpoints: list(endpointSchema, { max: 1000 }).default([]),
    ports: list(endpointPortSchema, {
      max: 20_000,
      unique: { by: 'name', key: (port) => port.name },
    }).default([]),
  })
  .superRefine(({ addressType, endpoints }, context) => {
    endpoints.forEach((endpoint, index) => {
      endpoint.addresses.forEach((address, item) => {
        const message = addressProblem(addressType, address);
        if (message === null) return;
        context.addIssue({ code: 'custom', path: ['endpoints', index, 'addresses', item], message });
      });
    });
  });

export type EndpointSlice = z.output<typeof endpointSliceSchema>;
export type SliceEndpoint = EndpointSlice['endpoints'][number];

/**
 * What is wrong with an endpoint's address, or null. Loopback addresses are allowed, unlike in a cluster: they are what a
 * standalone proxy's backends have.
 */
function addressProblem(type: EndpointSlice['addressType'], address: string): string | null {
  if (type === 'FQDN') {
    const name = address.replace(/\.$/, '');
    const labels = name.split('.');
    const valid = name.length <= 253 && DNS_SUBDOMAIN.test(name) && labels.every((label) => label.length <= 63);
    if (valid && labels.length > 1) return null;
    return `must be a host name of at least two parts when addressType is FQDN, not ${quote(address)}`;
  }
  const canonical = type === 'IPv4' ? (isIPv4(address) ? address : null) : canonicalIPv6(address);
  if (canonical === null) return `must be an ${type} address, not ${quote(address)}`;
  if (canonical !== address) return `must be in canonical form, "${canonical}", not ${quote(address)}`;
  const range = specialRange(address);
  return range === null ? null : `must not be ${range}, as ${quote(address)} is`;
}
