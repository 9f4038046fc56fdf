import { z } from 'zod';
import { list } from '../schema/list.ts';
import { text } from '../schema/text.ts';

const gatewayAddressSchema = z.object({
  type: text({
    min: 1,
    max: 253,
    // The CRD's pattern is not anchored to the whole value.
    pattern:
      /^Hostname|IPAddress|NamedAddress|[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/,
    what: 'Hostname, IPAddress, NamedAddress, or a domain and a path such as "example.com/kind"',
  }).default('IPAddress'),
  value: text({ max: 253 }).optional(),
  routability: text({ max: 253 }).optional(),
});

export type GatewayAddress = z.output<typeof gatewayAddressSchema>;

export const gatewayAddressesSchema = list(gatewayAddressSchema, { max: 16 });
