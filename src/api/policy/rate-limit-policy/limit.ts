/** One limit of a RateLimitPolicy: how many requests, in which time, and whose. */
import { z } from 'zod';
import { DNS_LABEL_RULE } from '../../core/name.ts';
import { headerName, headerValue } from '../../gateway/http-header.ts';
import { list } from '../../schema/list.ts';
import { integer } from '../../schema/number.ts';
import { text } from '../../schema/text.ts';
import { atMost } from '../duration-rule.ts';
import { setWhen, withRules } from '../rule.ts';
import { cidr } from '../value.ts';
import { someTime } from './some-time.ts';

/** At most the longest month. */
const span = withRules(someTime, atMost('744h', '744h, which is 31 days'));

/** The name of a claim, or names with dots between them: a claim inside of a claim. */
const claimName = text({ min: 1, max: 256 });

const IDENTIFIED = ['Header', 'Claim', 'Consumer'];

const keySchema = withRules(
  z.object({
    type: z
      .enum(['SourceIP', 'Header', 'Claim', 'Consumer', 'Target'])
      .describe('Target counts all clients together; Consumer and Claim take what an AccessPolicy has found out.'),
    header: z.object({ name: headerName }).describe('Of the request.').optional(),
    claim: z.object({ name: claimName }).describe('Of the client, such as "sub"; "a.b" is b in a.').optional(),
    fallback: z
      .enum(['SourceIP', 'Target', 'Reject'])
      .describe('What a request without the key is counted as, SourceIP by default; Reject answers it 401.')
      .optional(),
  }),
  setWhen('header', 'type', 'Header'),
  setWhen('claim', 'type', 'Claim'),
  {
    cel: "!has(self.fallback) || self.type in ['Header', 'Claim', 'Consumer']",
    holds: ({ type, fallback }) => fallback === undefined || IDENTIFIED.includes(type),
    message: 'must be set only when type is Header, Claim or Consumer: every request has the others',
    path: ['fallback'],
  },
);

const limitSchema = z.object({
  name: text(DNS_LABEL_RULE).describe('In RateLimit fields, metrics and logs.'),
  requests: integer(1, 1_000_000_000).describe('That are let through in each interval.'),
  interval: span.describe('Begins with the first request that is counted in it.'),
  penalty: span
    .describe(
      'How long nothing is let through, from the first request that is too much; a new interval follows. Without it, the interval is waited for.',
    )
    .optional(),
  key: keySchema.describe('Which requests are counted together.').default({ type: 'SourceIP' }),
  scope: z
    .enum(['Route', 'Target'])
    .describe('Of a policy for a Gateway: whether each route counts for itself, or all routes together.')
    .default('Route'),
});

export const limitsSchema = list(limitSchema, { max: 8, unique: { by: 'name', key: ({ name }) => name } })
  .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
  .describe('All of them must let a request through. None: what is inherited does not hold here.');

const exemptionSchema = withRules(
  z.object({
    type: z.enum(['SourceIP', 'Header', 'Claim', 'Consumer']),
    cidrs: list(cidr, { min: 1, max: 64 })
      .meta({ 'x-kubernetes-list-type': 'atomic' })
      .describe('Networks that the client may be in.')
      .optional(),
    header: z.object({ name: headerName, value: headerValue }).optional(),
    claim: z.object({ name: claimName, value: text({ min: 1, max: 1024 }) }).optional(),
    consumer: text({ min: 1, max: 253 }).describe('The name that an AccessPolicy has for the client.').optional(),
  }),
  setWhen('cidrs', 'type', 'SourceIP'),
  setWhen('header', 'type', 'Header'),
  setWhen('claim', 'type', 'Claim'),
  setWhen('consumer', 'type', 'Consumer'),
);

export const exemptSchema = list(exemptionSchema, { max: 64 })
  .meta({ 'x-kubernetes-list-type': 'atomic' })
  .describe('Requests that are not limited and not counted. Values are compared exactly.');

export type LimitSpec = z.output<typeof limitSchema>;
export type ExemptionSpec = z.output<typeof exemptionSchema>;
