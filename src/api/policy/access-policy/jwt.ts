import { z } from 'zod';
import { set } from '../../schema/list.ts';
import { text } from '../../schema/text.ts';
import { withRules } from '../rule.ts';
import { duration } from '../value.ts';
import { credentialsSchema, sourcesSchema } from './credential.ts';
import { configMapRefSchema, secretKeyRefSchema, serviceRefSchema, time } from './reference.ts';

/** Signatures (RFC 7518 section 3.1, RFC 8037). */
const algorithm = z.enum([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'HS256',
  'HS384',
  'HS512',
]);

const remoteSchema = z.object({
  backendRef: serviceRefSchema.describe('Who has the set.'),
  path: text({ min: 1, max: 1024, pattern: /^\/[!-~]*$/, what: 'a path of visible ASCII characters' }).default(
    '/.well-known/jwks.json',
  ),
  host: text({ min: 1, max: 253, pattern: /^[-a-zA-Z0-9.:[\]]+$/, what: 'a host name, possibly with a port' })
    .describe('Of the request for the set; the name of the Service when it is not said.')
    .optional(),
  refreshInterval: time
    .default('10m')
    .describe('How often the set is fetched again; an unknown key is a reason to do it sooner.'),
  staleIfError: duration.default('24h').describe('How long a set is used that cannot be fetched again.'),
  timeout: time.default('5s'),
});

const jwksSchema = withRules(
  z.object({
    inline: text({ min: 2, max: 65_536 }).describe('The set itself; public keys only.').optional(),
    configMapRef: configMapRefSchema.describe('A ConfigMap with the set as its jwks.json.').optional(),
    secretKeyRef: secretKeyRefSchema.optional(),
    remote: remoteSchema.optional(),
  }),
  {
    cel: '[has(self.inline), has(self.configMapRef), has(self.secretKeyRef), has(self.remote)].filter(one, one).size() == 1',
    holds: (jwks) => Object.values(jwks).filter((one) => one !== undefined).length === 1,
    message: 'must have exactly one of inline, configMapRef, secretKeyRef and remote',
  },
);

export const jwtSchema = z.object({
  issuer: text({ min: 1, max: 1024 }).describe('What the claim iss must be.'),
  audiences: set(text({ min: 1, max: 1024 }), { min: 1, max: 16 })
    .describe('One of them must be in the claim aud; nothing is asked of it when this is not said.')
    .optional(),
  jwks: jwksSchema.describe('The keys that tokens are signed with.'),
  algorithms: set(algorithm, { min: 1, max: 16 })
    .describe('Those that are believed; all but HS256, HS384 and HS512 when this is not said.')
    .optional(),
  clockSkew: duration.default('1m').describe('How much clocks may differ.'),
  sources: sourcesSchema.optional(),
  credentials: credentialsSchema.default('Forward'),
});
