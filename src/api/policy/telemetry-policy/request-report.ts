/** Requests, told one by one to a backend. */
import { z } from 'zod';
import { duration } from '../../gateway/duration.ts';
import { headerName } from '../../gateway/http-header.ts';
import { list, set } from '../../schema/list.ts';
import { integer } from '../../schema/number.ts';
import { text } from '../../schema/text.ts';
import { atLeast, atMost } from '../duration-rule.ts';
import { withRules } from '../rule.ts';
import { sinkPath, sinkRef } from './sink.ts';

const reportTimeout = withRules(duration.meta({ maxLength: 32 }), atLeast('10ms'), atMost('1m'));

export const requestReportSchema = z.object({
  backendRef: sinkRef.describe('The Service that reports are sent to.'),
  path: sinkPath.describe('Where reports are posted.').default('/'),
  fields: set(z.enum(['URL', 'Method', 'Headers', 'Body']), { min: 1, max: 4 })
    .describe('What is told of a request. Default: all of it.')
    .optional(),
  body: z
    .object({ maxBytes: integer(0, 1_048_576).describe('More is left out; 65536 by default.').optional() })
    .optional(),
  redactHeaders: list(headerName, { max: 64 })
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Left out of reports, beside Authorization, Cookie, Proxy-Authorization, Set-Cookie and X-Api-Key.')
    .optional(),
  redactQueryParams: list(text({ min: 1, max: 256 }), { max: 64 })
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Parameters of the query whose values are left out of reports.')
    .optional(),
  timeout: reportTimeout.describe('For one report; then it is lost. 5s by default.').optional(),
});
