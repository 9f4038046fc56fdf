/** What a RateLimitPolicy says, as defaults or as overrides. */
import { z } from 'zod';
import { headerValue } from '../../gateway/http-header.ts';
import { namespaceName, objectName } from '../../gateway/name.ts';
import { integer, portNumber } from '../../schema/number.ts';
import { text } from '../../schema/text.ts';
import { atMost } from '../duration-rule.ts';
import { withRules } from '../rule.ts';
import { exemptSchema, limitsSchema } from './limit.ts';
import { someTime } from './some-time.ts';

const responseSchema = z.object({
  statusCode: integer(400, 599).describe('429 by default.').default(429),
  contentType: headerValue.describe('Of the body; text/plain in UTF-8 by default.').optional(),
  body: text({ max: 4096 })
    .describe(
      '{limit}, {interval}, {name} and {retryAfter} (seconds) are replaced by what they are of the limit that was met.',
    )
    .optional(),
  headers: z
    .enum(['Enabled', 'Disabled'])
    .describe('Whether responses have the fields RateLimit and RateLimit-Policy.')
    .default('Enabled'),
});

/** A client waits that long at most, so there is a bound. */
const timeout = withRules(someTime, atMost('5s'));

const redisSchema = z.object({
  backendRef: z
    .object({ name: objectName, namespace: namespaceName.optional(), port: portNumber })
    .describe('The Service of the Redis or Valkey; a BackendTLSPolicy for it has TLS used.'),
  database: integer(0, 1_000_000).default(0),
  credentialsRef: z
    .object({ name: objectName })
    .describe('A Secret of this namespace with a password, and a username unless it is the default one.')
    .optional(),
  timeout: timeout.describe('How long a request waits for it; 50ms by default.').default('50ms'),
});

export const settingsSchema = withRules(
  z.object({
    limits: limitsSchema,
    exempt: exemptSchema.optional(),
    enforcement: z
      .enum(['Local', 'Global'])
      .describe(
        'Local: each proxy pod lets the limit through. Global: all of them together do. With redis exactly; without, they tell one another by way of the controller, so that more than the limit may pass: what all pods let through in the quarter of a second after it is reached.',
      )
      .default('Local'),
    redis: redisSchema
      .describe('Where pods count together, to be exact. While it is away, each pod counts by itself.')
      .optional(),
    response: responseSchema.describe('The answer to requests that are too many.').optional(),
  }),
  {
    cel: "self.enforcement == 'Global' || !has(self.redis)",
    holds: ({ enforcement, redis }) => enforcement === 'Global' || redis === undefined,
    message: 'must be set only when enforcement is Global',
    path: ['redis'],
  },
);

export type RateLimitSettings = z.output<typeof settingsSchema>;
