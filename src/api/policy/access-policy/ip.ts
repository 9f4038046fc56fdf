import { z } from 'zod';
import { list } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';

/** Whether the numbers make sense is judged with the policy: one that has been written wrongly must refuse, not vanish. */
const ipRange = text({
  min: 2,
  max: 87,
  pattern: /^[0-9a-fA-F:.]+(?:[-/][0-9a-fA-F:.]+)?$/,
  what: 'an IP address, a range or a network, such as 192.168.1.1, 192.168.1.1-250 or 192.168.1.0/24',
});

const ipRanges = list(ipRange, { min: 1, max: 10_000 }).meta({ 'x-kubernetes-list-type': 'atomic' });

export const ipSchema = withRules(
  z.object({
    allow: ipRanges.describe('Who gets in; nobody else does.').optional(),
    deny: ipRanges.describe('Who does not get in.').optional(),
    precedence: z
      .enum(['DenyFirst', 'AllowFirst'])
      .default('DenyFirst')
      .describe('Which list counts for an address that is on both.'),
  }),
  {
    cel: 'has(self.allow) || has(self.deny)',
    holds: ({ allow, deny }) => allow !== undefined || deny !== undefined,
    message: 'must have a list, allow or deny',
  },
);
