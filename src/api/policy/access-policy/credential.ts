import { z } from 'zod';
import { headerName } from '../../gateway/http-header.ts';
import { list } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';

const sourceSchema = withRules(
  z.object({
    type: z.enum(['Header', 'QueryParam', 'Cookie']),
    name: headerName.describe('Of the header, query parameter or cookie.'),
    prefix: text({
      min: 1,
      max: 32,
      pattern: /^[!-~]+ ?$/,
      what: 'visible ASCII characters, and possibly a space behind them',
    })
      .describe('What stands before the credential, such as "Bearer ", in whatever case.')
      .optional(),
  }),
  {
    cel: "!has(self.prefix) || self.type == 'Header'",
    holds: ({ type, prefix }) => prefix === undefined || type === 'Header',
    message: 'must be set for a Header only',
    path: ['prefix'],
  },
);

export const sourcesSchema = list(sourceSchema, { min: 1, max: 4 })
  .meta({ 'x-kubernetes-list-type': 'atomic' })
  .describe('Where the credential may stand; the first place that has one counts.');

export const credentialsSchema = z.enum(['Forward', 'Remove']).describe('Whether backends see the credential.');
