import { z } from 'zod';
import { oneMember } from '../schema/member.ts';
import { text } from '../schema/text.ts';
import { duration } from './duration.ts';
import { headerName } from './http-header.ts';

/** How requests of one session reach the same endpoint (GEP-1619, experimental channel). */
export const sessionPersistenceSchema = z
  .object({
    type: z.enum(['Cookie', 'Header']).default('Cookie'),
    absoluteTimeout: duration.optional(),
    cookie: z
      .object({
        name: headerName.optional(),
        path: text({ max: 1024 }).default('/'),
        lifetimeType: z.enum(['Permanent', 'Session']).default('Session'),
      })
      .optional(),
    header: z.object({ name: headerName }).optional(),
  })
  .superRefine(oneMember('type', { Cookie: 'cookie', Header: 'header' }))
  .refine(({ cookie, absoluteTimeout }) => cookie?.lifetimeType !== 'Permanent' || absoluteTimeout !== undefined, {
    path: ['absoluteTimeout'],
    error: 'is required when cookie.lifetimeType is Permanent',
  });
