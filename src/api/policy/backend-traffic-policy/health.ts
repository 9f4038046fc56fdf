import { z } from 'zod';
import { preciseHostname } from '../../gateway/hostname.ts';
import { set } from '../../schema/list.ts';
import { integer } from '../../schema/number.ts';
import { text } from '../../schema/text.ts';
import { atLeast } from '../duration-rule.ts';
import { withRules } from '../rule.ts';
import { duration } from '../value.ts';

/** What timers can keep, and backends bear. */
const period = withRules(duration, atLeast('100ms'));

const times = integer(1, 100);

export const passiveHealthCheckSchema = withRules(
  z.object({
    consecutiveConnectErrors: times.describe('Connections in a row that fail.').optional(),
    consecutiveServerErrors: times
      .describe('Answers of 5xx, connections that break and timeouts in a row; connections that fail count too.')
      .optional(),
    ejectionDuration: period.default('10s').describe('How long the endpoint gets no requests.'),
  }),
  {
    cel: 'has(self.consecutiveConnectErrors) || has(self.consecutiveServerErrors)',
    holds: ({ consecutiveConnectErrors, consecutiveServerErrors }) =>
      consecutiveConnectErrors !== undefined || consecutiveServerErrors !== undefined,
    message: 'must have consecutiveConnectErrors or consecutiveServerErrors',
  },
);

export const activeHealthCheckSchema = z.object({
  path: text({
    min: 1,
    max: 1024,
    pattern: /^\/[!-~]*$/,
    what: 'a path with or without query, of visible ASCII characters',
  }).describe('What is asked for, by GET.'),
  host: preciseHostname.describe("Host of the request; the endpoint's address when it is left out.").optional(),
  interval: period.default('5s').describe('Between two checks of an endpoint, in every worker.'),
  timeout: period.default('1s'),
  unhealthyThreshold: times.default(3).describe('Checks in a row that fail before the endpoint is left out.'),
  healthyThreshold: times.default(2).describe('Checks in a row that succeed before it is back.'),
  statuses: set(integer(100, 599), { min: 1, max: 32 })
    .describe('Of a healthy endpoint; all of 2xx and 3xx when they are left out.')
    .optional(),
});
