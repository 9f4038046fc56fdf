import { z } from 'zod';
import { headerValue } from '../../gateway/http-header.ts';
import { list } from '../../schema/list.ts';
import { integer } from '../../schema/number.ts';
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';
import { fieldName } from './field-name.ts';

const field = z.object({ name: fieldName(['content-type', 'date']), value: headerValue });

export const directResponseSchema = withRules(
  z.object({
    statusCode: integer(200, 599).default(404),
    contentType: text({
      min: 3,
      max: 256,
      pattern: /^[!-~]+\/[!-~]+(?: [!-~]+)*$/,
      what: 'a media type, such as "application/json"',
    })
      .default('text/plain; charset=utf-8')
      .describe('Of the body.'),
    headers: list(field, { max: 16 }).meta({ 'x-kubernetes-list-type': 'atomic' }).optional(),
    body: text({ max: 65_536 }).optional(),
  }),
  {
    cel: '!has(self.body) || !(self.statusCode in [204, 205, 304])',
    holds: ({ body, statusCode }) => body === undefined || ![204, 205, 304].includes(statusCode),
    message: 'must not be set for 204, 205 and 304',
    path: ['body'],
  },
);
