/** Credentials that are compared with what a Secret or a directory has. */
import { z } from 'zod';
import { list } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { duration } from '../value.ts';
import { credentialsSchema, sourcesSchema } from './credential.ts';
import { secretKeyRefSchema, secretRefSchema, serviceRefSchema, time } from './reference.ts';

export const apiKeySchema = z.object({
  secretRefs: list(secretRefSchema, { min: 1, max: 16 })
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('Secrets with a value for each consumer: its name is the consumer, its value the key.'),
  sources: sourcesSchema.optional(),
  credentials: credentialsSchema.default('Remove'),
});

export const basicSchema = z.object({
  secretKeyRef: secretKeyRefSchema.describe(
    'Lines of user:hash, as htpasswd writes them with -B (bcrypt) or -s (SHA-1).',
  ),
  credentials: credentialsSchema.default('Remove'),
});

const DN = text({ min: 1, max: 1024 });
const attribute = text({ min: 1, max: 64, pattern: /^[A-Za-z][-A-Za-z0-9]*$/, what: 'the name of an attribute' });

export const ldapSchema = z.object({
  backendRef: serviceRefSchema.describe('The directory; a BackendTLSPolicy for it makes connections LDAPS.'),
  startTLS: z
    .enum(['Enabled', 'Disabled'])
    .default('Disabled')
    .describe('Whether the BackendTLSPolicy is kept by StartTLS instead.'),
  baseDN: DN.describe('Users are searched below it.'),
  userAttribute: attribute.default('uid').describe('What a user calls themselves.'),
  bind: z
    .object({ dn: DN, passwordSecretKeyRef: secretKeyRefSchema })
    .describe('Who searches; anonymous when it is not said.')
    .optional(),
  claims: list(z.object({ name: text({ min: 1, max: 253 }), attribute }), {
    max: 16,
    unique: { by: 'name', key: ({ name }) => name },
  })
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
    .describe('Attributes of the user, such as memberOf, that become claims.')
    .optional(),
  cacheTime: duration
    .default('1m')
    .describe('How long the word of the directory is taken for granted; 0s: not at all.'),
  timeout: time.default('5s'),
  credentials: credentialsSchema.default('Remove'),
});
