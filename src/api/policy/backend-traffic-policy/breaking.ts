/** What bounds the harm that a failing backend does. */
import { z } from 'zod';
import { set } from '../../schema/list.ts';
import { integer } from '../../schema/number.ts';
import { atLeast, atMost, MORE_THAN_NOTHING } from '../duration-rule.ts';
import { withRules } from '../rule.ts';
import { duration } from '../value.ts';

const percent = integer(1, 100);

const interval = withRules(duration, MORE_THAN_NOTHING);

const openDuration = withRules(duration, atLeast('500ms'));

const failureRatioSchema = z.object({
  percent: percent.default(50).describe('Of the requests of the interval.'),
  interval: interval.default('10s'),
  minimumRequests: integer(2, 1_000_000).default(100).describe('Fewer requests in an interval open nothing.'),
});

export const circuitBreakerSchema = withRules(
  z.object({
    scope: z
      .enum(['Backend', 'Route'])
      .default('Backend')
      .describe('Backend: one circuit for all that is sent to the port. Route: one for each route that sends to it.'),
    consecutiveFailures: integer(1, 10_000).describe('So many failures in a row open the circuit.').optional(),
    failureRatio: failureRatioSchema.describe('Such a part of failures opens the circuit.').optional(),
    openDuration: openDuration.default('5s').describe('Then requests are let through to try.'),
    halfOpenRequests: integer(1, 100)
      .default(1)
      .describe('So many must succeed before the circuit closes; one that fails opens it again.'),
    failureCodes: set(integer(400, 599), { min: 1, max: 32 })
      .default([500, 501, 502, 503, 504, 505, 506, 507, 508])
      .describe('Statuses that are failures, beside connections that fail or break, and timeouts.'),
  }),
  {
    cel: 'has(self.consecutiveFailures) != has(self.failureRatio)',
    holds: ({ consecutiveFailures, failureRatio }) =>
      (consecutiveFailures !== undefined) !== (failureRatio !== undefined),
    message: 'must have either consecutiveFailures or failureRatio',
  },
);

/** As long as the Gateway API lets the intervals of a retry constraint be. */
const LONGEST = atMost('1h');
const rateInterval = withRules(duration, LONGEST, MORE_THAN_NOTHING);
const budgetInterval = withRules(duration, LONGEST, atLeast('1s'));

/** The shape and the bounds of the Gateway API's own (GEP-3388), so that what is written here can be moved there. */
export const retryConstraintSchema = z.object({
  budget: z
    .object({
      percent: integer(0, 100).default(20),
      interval: budgetInterval.default('10s'),
    })
    .prefault({})
    .describe('Retries are at most such a part of the requests.'),
  minRetryRate: z
    .object({
      count: integer(1, 1_000_000).default(10),
      interval: rateInterval.default('1s'),
    })
    .prefault({})
    .describe('So many retries are always allowed.'),
});
