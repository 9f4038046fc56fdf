import { z } from 'zod';
import { isLooseIP } from '../core/ip-address.ts';
import { DNS_SUBDOMAIN } from '../core/name.ts';
import { list } from '../schema/list.ts';
import { quote, text } from '../schema/text.ts';
import { HOSTNAME } from './hostname.ts';

function routabilityProblem(value: string): string | null {
  if (value === '' || value === 'Cluster') return null;
  const slash = value.indexOf('/');
  const domain = slash < 0 ? '' : value.slice(0, slash);
  const prefixed = /\/[^\n]+$/.test(value) && domain.length <= 253 && DNS_SUBDOMAIN.test(domain);
  if (!prefixed) return 'must be empty, Cluster, or a domain and a path such as "example.com/private"';
  if (domain === 'k8s.io' || domain.endsWith('.k8s.io'))
    return 'must not use k8s.io or a domain under it, which are reserved';
  return null;
}

const gatewayAddressSchema = z
  .object({
    type: text({
      min: 1,
      max: 253,
      // The CRD's pattern is not anchored to the whole value.
      pattern:
        /^Hostname|IPAddress|NamedAddress|[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/,
      what: 'Hostname, IPAddress, NamedAddress, or a domain and a path such as "example.com/kind"',
    }).default('IPAddress'),
    value: text({ max: 253 }).optional(),
    routability: text({ max: 253 })
      .superRefine((value, context) => {
        const message = routabilityProblem(value);
        if (message !== null) context.addIssue({ code: 'custom', message });
      })
      .optional(),
  })
  .superRefine(({ type, value }, context) => {
    if (value === undefined) return;
    const wrong = (message: string) => context.addIssue({ code: 'custom', path: ['value'], message });
    if (type === 'IPAddress' && !isLooseIP(value)) wrong(`must be an IPv4 or IPv6 address, not ${quote(value)}`);
    if (type === 'Hostname' && !HOSTNAME.test(value)) {
      wrong(`must be a host name in lower case, such as "gateway.example", not ${quote(value)}`);
    }
  });

export const gatewayAddressesSchema = list(gatewayAddressSchema, { max: 16 }).superRefine((addresses, context) => {
  const seen = new Set<string>();
  addresses.forEach(({ type, value }, index) => {
    if (value === undefined || (type !== 'IPAddress' && type !== 'Hostname')) return;
    const key = `${type}/${value}`;
    if (seen.has(key)) context.addIssue({ code: 'custom', path: [index, 'value'], message: `repeats ${quote(value)}` });
    seen.add(key);
  });
});
