import { z } from 'zod';
import { duration as gatewayDuration } from '../../gateway/duration.ts';
import { headerName } from '../../gateway/http-header.ts';
import { text } from '../../schema/text.ts';
import { setWhen, withRules } from '../rule.ts';

const sessionDuration = gatewayDuration.meta({ maxLength: 32 });

/** The shape of the Gateway API's own (GEP-1619), and `idleTimeout`. */
export const sessionPersistenceSchema = withRules(
  z.object({
    type: z.enum(['Cookie', 'Header']).default('Cookie'),
    absoluteTimeout: sessionDuration.describe('A session ends so long after it began; 0s is never.').optional(),
    idleTimeout: sessionDuration
      .describe('A session ends so long after its last request: every request prolongs it; 0s is never.')
      .optional(),
    cookie: z
      .object({
        name: headerName.optional(),
        path: text({ max: 1024, pattern: /^\/[!#-+\--:<-~]*$/, what: 'a path without spaces and ";"' }).default('/'),
        lifetimeType: z.enum(['Permanent', 'Session']).default('Session'),
      })
      .describe('The cookie that clients are given.')
      .optional(),
    header: z
      .object({ name: headerName })
      .describe('The header of responses that has the token, and of requests that bring it back.')
      .optional(),
  }),
  setWhen('cookie', 'type', 'Cookie'),
  setWhen('header', 'type', 'Header'),
  {
    cel: "!has(self.cookie) || self.cookie.lifetimeType != 'Permanent' || has(self.absoluteTimeout)",
    holds: ({ cookie, absoluteTimeout }) => cookie?.lifetimeType !== 'Permanent' || absoluteTimeout !== undefined,
    message: 'must be set when cookie.lifetimeType is Permanent',
    path: ['absoluteTimeout'],
  },
);
