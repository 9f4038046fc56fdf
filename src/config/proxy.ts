/** Settings of `headgate proxy`. */
import { z } from 'zod';
import type { Flag } from './flag.ts';
import { LIMIT_FLAGS, MESSAGE_LIMIT_FLAGS, STREAM_FLAGS } from './limits.ts';
import { ADMIN_FLAG, PROXY_FLAGS } from './standalone.ts';
import { duration, ipAddress, namespacedName, wholeNumber } from './value.ts';

const folder = z.string().min(1, 'must be a folder');

export const PROXY_COMMAND_FLAGS = {
  gateway: {
    name: 'gateway',
    value: 'NS/NAME',
    about: 'the Gateway that is served',
    schema: namespacedName,
  },
  controller: {
    name: 'controller',
    value: 'URL',
    about: 'where the routing table comes from, such as https://headgate-controller.headgate-system.svc:9443',
    schema: z.url({ protocol: /^https$/, error: 'must be an https URL with a port' }),
  },
  credentials: {
    name: 'credentials',
    value: 'DIR',
    about: 'folder of token and ca.crt, read again at every connection',
    fallback: '/var/run/headgate/snapshot',
    schema: folder.default('/var/run/headgate/snapshot'),
  },
  state: {
    name: 'state',
    value: 'DIR',
    about: 'where the last good table is kept, to be served when no controller answers',
    fallback: '/var/lib/headgate',
    schema: folder.default('/var/lib/headgate'),
  },
  address: {
    name: 'address',
    value: 'IP',
    about: 'where listeners are; :: is all addresses, IPv4 and IPv6',
    fallback: '::',
    schema: ipAddress.default('::'),
  },
  healthPort: {
    name: 'health-port',
    value: 'PORT',
    about: 'where /healthz, /readyz and /metrics are, on --address',
    fallback: '9902',
    schema: wholeNumber(0, 65_535).default(9902),
  },
  admin: ADMIN_FLAG,
  ...PROXY_FLAGS,
  // Longer than elsewhere: endpoints have to be taken out of load balancers first.
  drainDelay: { ...PROXY_FLAGS.drainDelay, fallback: '5s', schema: duration(0).default(5_000) },
  ...MESSAGE_LIMIT_FLAGS,
  ...LIMIT_FLAGS,
  ...STREAM_FLAGS,
} as const satisfies Record<string, Flag>;
