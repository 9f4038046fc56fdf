import { z } from 'zod';
import { duration as gatewayDuration, milliseconds } from '../gateway/duration.ts';
import { headerName } from '../gateway/http-header.ts';
import { set } from '../schema/list.ts';
import { integer } from '../schema/number.ts';
import { text } from '../schema/text.ts';
import { policyKind } from './own-kind.ts';
import { withRules } from './rule.ts';
import { targetRefs } from './target.ts';
import { byteSize } from './value.ts';

const YEAR = 8_760 * 3_600_000;

/** How long something is kept: more than nothing, and at most a year. */
const age = withRules(gatewayDuration.meta({ maxLength: 32 }), {
  cel: "duration(self) > duration('0s') && duration(self) <= duration('8760h')",
  holds: (value) => milliseconds(value) > 0 && milliseconds(value) <= YEAR,
  message: 'must be more than 0s and at most 8760h',
});

const keySchema = z.object({
  headers: set(headerName, { max: 16 })
    .describe('Request headers whose values tell entries apart; a missing one is as an empty one.')
    .optional(),
  body: z
    .enum(['Ignore', 'Hash'])
    .default('Ignore')
    .describe('Whether the bodies of requests tell entries apart. A POST is cached only with Hash.'),
  maxBodyBytes: byteSize
    .describe('A request with a longer body is not cached; 64Ki by default. Only with Hash.')
    .optional(),
});

const methodSchema = z.enum(['GET', 'HEAD', 'POST']);

const statusCode = withRules(integer(200, 599), {
  cel: 'self != 206 && self != 304',
  holds: (status) => status !== 206 && status !== 304,
  message: 'must not be 206 or 304, which say nothing without their request',
});

const cachePolicySpecSchema = withRules(
  z.object({
    targetRefs: targetRefs(['HTTPRoute']),
    ttl: age.describe('How long a response is fresh that does not say so itself; with ttlMode Override, any response.'),
    ttlMode: z
      .enum(['Default', 'Override'])
      .default('Default')
      .describe(
        'Default: max-age, s-maxage and Expires of a response count before the ttl. Override: the ttl counts. What a response forbids (no-store, private, no-cache) counts in both.',
      ),
    region: text({
      min: 1,
      max: 63,
      pattern: /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
      what: 'letters, digits, "-", "_" and ".", starting and ending with a letter or digit',
    })
      .describe('What is flushed together: policies of one namespace may share it. The name of the policy by default.')
      .optional(),
    key: keySchema.describe('What tells entries apart beside method, backend, host, path and query.').optional(),
    methods: set(methodSchema, { min: 1, max: 3 })
      .default(['GET', 'HEAD'])
      .describe('Whose responses are cached. HEAD is answered from what GET has brought, too.'),
    statusCodes: set(statusCode, { min: 1, max: 32 })
      .default([200, 203, 204, 301, 404, 410])
      .describe('Of responses that are cached.'),
    maxEntryBytes: byteSize.default('1Mi').describe('A response with a longer body is not cached.'),
    allowAuthenticated: z
      .boolean()
      .default(false)
      .describe(
        'Whether requests with Authorization or Cookie, or that an AccessPolicy has authenticated, take part. Their responses are then for everybody whose key is the same.',
      ),
    clientDirectives: z
      .enum(['Honor', 'Ignore'])
      .default('Honor')
      .describe(
        "Whether Cache-Control and Pragma of requests count: no-cache and max-age can make a client's request go to the backend.",
      ),
    staleWhileRevalidate: age
      .describe('How long after its time a response is still used while it is fetched anew, unless it says so itself.')
      .optional(),
    staleIfError: age
      .describe('How long after its time a response is still used when the backend fails, unless it says so itself.')
      .optional(),
    flushToken: text({ max: 253 })
      .describe('Any text. Another one than before empties the region, in every proxy.')
      .optional(),
  }),
  {
    cel: "!('POST' in self.methods) || (has(self.key) && self.key.body == 'Hash')",
    holds: ({ methods, key }) => !methods.includes('POST') || key?.body === 'Hash',
    message: 'must have POST only when key.body is Hash',
    path: ['methods'],
  },
  {
    cel: "!has(self.key) || !has(self.key.maxBodyBytes) || self.key.body == 'Hash'",
    holds: ({ key }) => key?.maxBodyBytes === undefined || key.body === 'Hash',
    message: 'must have maxBodyBytes only when body is Hash',
    path: ['key'],
  },
);

export const { schema: cachePolicySchema, definition: cachePolicyKind } = policyKind({
  kind: 'CachePolicy',
  plural: 'cachepolicies',
  shortNames: ['cpolicy'],
  description: 'Which responses of a route are kept in the proxies, and for how long (RFC 9111, a shared cache).',
  policy: 'Direct',
  spec: cachePolicySpecSchema,
  columns: [
    { name: 'TTL', type: 'string', jsonPath: '.spec.ttl' },
    { name: 'Region', type: 'string', jsonPath: '.spec.region' },
  ],
});

export type CachePolicy = z.output<typeof cachePolicySchema>;
