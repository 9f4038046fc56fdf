/** How clients reach the proxies of a Gateway. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { HOSTNAME } from '../../gateway/hostname.ts';
import { list, set } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';
import { annotations, cidr } from '../value.ts';

export const serviceSchema = z.object({
  type: z.enum(['LoadBalancer', 'NodePort', 'ClusterIP']).optional(),
  loadBalancerClass: text({
    min: 1,
    max: 317,
    pattern:
      /^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/,
    what: 'a name, possibly after a domain and "/"',
  })
    .describe('Only for the type LoadBalancer. Kubernetes does not let it change later.')
    .optional(),
  loadBalancerSourceRanges: set(cidr, { max: 64 })
    .describe('Only for the type LoadBalancer: networks of the clients that are let through.')
    .optional(),
  externalTrafficPolicy: z.enum(['Cluster', 'Local']).describe('Without effect for the type ClusterIP.').optional(),
  annotations: annotations.describe('Beside those of spec.infrastructure, which win.').optional(),
});

const address = withRules(
  z.object({
    type: z.enum(['IPAddress', 'Hostname']).default('IPAddress'),
    value: text({ min: 1, max: 253 }),
  }),
  {
    cel: "self.type != 'IPAddress' || isIP(self.value)",
    holds: ({ type, value }) => type !== 'IPAddress' || (isIP(value) !== 0 && isPlainIP(value)),
    message: 'must be an IP address',
    path: ['value'],
  },
  {
    cel: `self.type != 'Hostname' || self.value.matches(r"""${HOSTNAME.source}""")`,
    holds: ({ type, value }) => type !== 'Hostname' || HOSTNAME.test(value),
    message: 'must be a host name in lower case',
    path: ['value'],
  },
);

/** Neither a zone nor an IPv4 address in an IPv6 one, which API servers refuse. */
function isPlainIP(value: string): boolean {
  if (isIP(value) === 4) return true;
  return !value.includes('%') && !new URL(`http://[${value}]/`).hostname.startsWith('[::ffff:');
}

export const addressesSchema = list(address, {
  max: 16,
  unique: { by: 'type and value', key: ({ type, value }) => `${type} ${value}` },
}).meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type', 'value'] });
