/** Settings of `headgate demo`. */
import { z } from 'zod';
import type { Flag } from './flag.ts';
import { STANDALONE_FLAGS } from './standalone.ts';
import { wholeNumber } from './value.ts';

export const DEMO_FLAGS = {
  once: {
    name: 'once',
    value: null,
    about: 'send the requests, check what comes back, and exit 0 or 1',
    schema: z.boolean().default(false),
  },
  port: {
    name: 'port',
    value: 'N',
    about: 'where HTTP is served; HTTPS is 363 ports above, as 443 is above 80',
    fallback: '8080',
    schema: wholeNumber(1_104, 65_172).default(8_080),
  },
  admin: STANDALONE_FLAGS.admin,
  workers: STANDALONE_FLAGS.workers,
  logLevel: {
    ...STANDALONE_FLAGS.logLevel,
    fallback: 'warn',
    schema: STANDALONE_FLAGS.logLevel.schema.unwrap().default('warn'),
  },
} as const satisfies Record<string, Flag>;
