/** Settings of `headgate standalone`, and those that `check`, `explain` and `demo` share with it. */
import { z } from 'zod';
import type { Flag, Settings } from './flag.ts';
import { LIMIT_FLAGS, MESSAGE_LIMIT_FLAGS, STREAM_FLAGS } from './limits.ts';
import { baseURL, duration, type HostPort, hostPort, ipAddress, network, wholeNumber } from './value.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Which manifests to read, and where their Gateways are. */
export const SOURCE_FLAGS = {
  files: {
    name: 'filename',
    short: 'f',
    value: 'PATH',
    multiple: true,
    about: 'file or folder of manifests (*.yaml, *.yml, *.json); may be repeated',
    schema: z.array(z.string().min(1, 'must be a path')).min(1),
  },
  recursive: {
    name: 'recursive',
    short: 'R',
    value: null,
    about: 'read the folders inside as well',
    schema: z.boolean().default(false),
  },
  address: {
    name: 'address',
    value: 'IP',
    about: 'where Gateways without spec.addresses listen',
    fallback: '127.0.0.1',
    schema: ipAddress.default('127.0.0.1'),
  },
  portOffset: {
    name: 'port-offset',
    value: 'N',
    about: 'added to listener ports below 1024, which only root may open',
    fallback: '0',
    schema: wholeNumber(0, 64_512).default(0),
  },
} as const satisfies Record<string, Flag>;

/** How the proxy behaves, whatever it serves. */
export const PROXY_FLAGS = {
  workers: {
    name: 'workers',
    value: 'N',
    about: 'worker processes, each on its own core (default: the cores allowed)',
    schema: wholeNumber(1, 256).optional(),
  },
  accessLog: {
    name: 'access-log',
    value: 'PATH',
    about: 'write one JSON line for each request to this file, - for standard output',
    schema: z.string().min(1, 'must be a path').optional(),
  },
  logLevel: {
    name: 'log-level',
    value: 'LEVEL',
    about: `one of ${LOG_LEVELS.join(', ')}`,
    fallback: 'info',
    schema: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
  },
  trusted: {
    name: 'trusted-proxies',
    value: 'CIDR',
    multiple: true,
    about: 'networks whose X-Forwarded-* and Forwarded fields are kept; may be repeated',
    fallback: 'none',
    schema: z.array(network).default([]),
  },
  debugFrom: {
    name: 'debug-header-from',
    value: 'CIDR',
    multiple: true,
    about: 'networks that are told which rule took a request with the field Headgate-Debug; may be repeated',
    fallback: 'none',
    schema: z.array(network).default([]),
  },
  forwarded: {
    name: 'forwarded',
    value: null,
    about: 'send the Forwarded field (RFC 7239) to backends as well',
    schema: z.boolean().default(false),
  },
  publicURL: {
    name: 'public-url',
    value: 'URL',
    about: "where clients find the Gateways, for filters that have to tell (default: the request's own)",
    schema: baseURL.optional(),
  },
  encodedSlash: {
    name: 'encoded-slash',
    value: 'HOW',
    about: 'what %2F in a path is: keep (no separator), reject (400, and %5C too) or decode (a separator)',
    fallback: 'keep',
    schema: z.enum(['keep', 'reject', 'decode'], { error: 'must be keep, reject or decode' }).default('keep'),
  },
  proxyProtocolFrom: {
    name: 'proxy-protocol-from',
    value: 'CIDR',
    multiple: true,
    about: 'networks whose TCP connections begin with a PROXY header (v1 or v2); may be repeated',
    fallback: 'none',
    schema: z.array(network).default([]),
  },
  backendProxyProtocol: {
    name: 'backend-proxy-protocol',
    value: 'VERSION',
    about: 'v1 or v2: send backends of TLSRoutes and TCPRoutes a PROXY header',
    fallback: 'none',
    schema: z.enum(['v1', 'v2'], { error: 'must be v1 or v2' }).optional(),
  },
  drainDelay: {
    name: 'drain-delay',
    value: 'TIME',
    about: 'how long new connections are still taken after SIGTERM, until nobody sends any',
    fallback: '500ms',
    schema: duration(0).default(500),
  },
  drainTimeout: {
    name: 'drain-timeout',
    value: 'TIME',
    about: 'how long requests under way may take after that',
    fallback: '30s',
    schema: duration(0).default(30_000),
  },
} as const satisfies Record<string, Flag>;

const ADMIN: HostPort = { address: '127.0.0.1', port: 9901 };

export const ADMIN_FLAG = {
  name: 'admin',
  value: 'IP:PORT',
  about: 'where /healthz, /readyz, /metrics, /table, /status and /explain are; off for nowhere',
  fallback: '127.0.0.1:9901',
  schema: z
    .union([z.literal('off').transform(() => null), hostPort], { error: 'must be IP:PORT or off' })
    .default(ADMIN),
} as const satisfies Flag;

export const STANDALONE_FLAGS = {
  ...SOURCE_FLAGS,
  admin: ADMIN_FLAG,
  ...PROXY_FLAGS,
  ...MESSAGE_LIMIT_FLAGS,
  ...LIMIT_FLAGS,
  ...STREAM_FLAGS,
} as const satisfies Record<string, Flag>;

export type StandaloneSettings = Settings<typeof STANDALONE_FLAGS>;
