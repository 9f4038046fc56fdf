import { z } from 'zod';
import { set } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { absolutePath, secretKeyRefSchema, serviceRefSchema, time } from './reference.ts';

export const oidcSchema = z.object({
  issuer: text({
    min: 1,
    max: 1024,
    pattern: /^https?:\/\/[^\s?#/]+[^\s?#]*$/,
    what: 'a URL without query, such as https://idp.example',
  }).describe('The provider, as browsers reach it.'),
  backendRef: serviceRefSchema.describe('The provider, as proxies reach it.'),
  clientID: text({ min: 1, max: 256 }),
  clientSecretKeyRef: secretKeyRefSchema,
  sessionSecretKeyRef: secretKeyRefSchema.describe(
    'At least 32 bytes that sessions are sealed with; others log everybody out.',
  ),
  scopes: set(text({ min: 1, max: 128, pattern: /^[!#-[\]-~]+$/, what: 'a scope' }), { max: 16 })
    .describe('Beside openid.')
    .optional(),
  redirectURL: text({
    min: 1,
    max: 1024,
    pattern: /^https?:\/\/[^\s?#/]+\/[^\s?#]*$/,
    what: 'a URL with a path and without query',
  })
    .describe(
      'Where the provider sends browsers back to: /oauth2/callback of the host that was asked when it is not said.',
    )
    .optional(),
  logoutPath: absolutePath.describe('A path that ends the session.').optional(),
  sessionTime: time.default('8h').describe('How long a login holds.'),
  timeout: time.default('5s'),
});
