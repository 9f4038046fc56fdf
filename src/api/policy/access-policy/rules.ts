/** What an AccessPolicy asks of requests. */
import { z } from 'zod';
import { headerName } from '../../gateway/http-header.ts';
import { list, set } from '../../schema/list.ts';
import { integer } from '../../schema/number.ts';
import { text } from '../../schema/text.ts';
import { type Rule, setWhen, withRules } from '../rule.ts';
import { externalSchema } from './external.ts';
import { ipSchema } from './ip.ts';
import { jwtSchema } from './jwt.ts';
import { oidcSchema } from './oidc.ts';
import { apiKeySchema, basicSchema, ldapSchema } from './password.ts';

const authenticationFields = z.object({
  type: z.enum(['JWT', 'APIKey', 'Basic', 'LDAP', 'OIDC', 'External', 'None']),
  jwt: jwtSchema.describe('Tokens in the header Authorization, or wherever the sources say (RFC 7519).').optional(),
  apiKey: apiKeySchema.describe('Keys in the header X-API-Key, or wherever the sources say.').optional(),
  basic: basicSchema.describe('Names and passwords of a Secret (RFC 7617).').optional(),
  ldap: ldapSchema.describe('Names and passwords that a directory judges (RFC 4511).').optional(),
  oidc: oidcSchema.describe('Logins in browsers (OpenID Connect).').optional(),
  external: externalSchema.describe('A service that judges requests.').optional(),
});

const authenticationSchema = withRules(
  authenticationFields,
  setWhen('jwt', 'type', 'JWT'),
  setWhen('apiKey', 'type', 'APIKey'),
  setWhen('basic', 'type', 'Basic'),
  setWhen('ldap', 'type', 'LDAP'),
  setWhen('oidc', 'type', 'OIDC'),
  setWhen('external', 'type', 'External'),
);

const claimName = text({ min: 1, max: 253 });

const requirementSchema = withRules(
  z.object({
    claim: claimName.describe('Its name, or the names that lead to it with "." between.'),
    values: set(text({ max: 1024 }), { min: 1, max: 64 })
      .describe('The claim must be there when this is not said.')
      .optional(),
    match: z
      .enum(['Any', 'All'])
      .describe('Whether one of the values is enough; it is when this is not said.')
      .optional(),
  }),
  {
    cel: '!has(self.match) || has(self.values)',
    holds: ({ match, values }) => match === undefined || values !== undefined,
    message: 'must be set with values only',
    path: ['match'],
  },
);

const authorizationSchema = z.object({
  rules: list(requirementSchema, { min: 1, max: 32 })
    .meta({ 'x-kubernetes-list-type': 'atomic' })
    .describe('All of them must hold.'),
});

const derivedSchema = z.object({
  name: claimName.describe('Of the new claim.'),
  from: z.object({
    claim: claimName,
    split: z
      .object({ delimiter: text({ min: 1, max: 16 }), index: integer(0, 255) })
      .describe('Which part of the value is taken.')
      .optional(),
  }),
});

const claimsSchema = z.object({
  derive: list(derivedSchema, { min: 1, max: 32, unique: { by: 'name', key: ({ name }) => name } })
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
    .describe('Claims that are made of others, before anybody asks for them.'),
});

const clientCertificateSchema = z.object({
  mode: z.enum(['Required', 'Optional']),
  subjectAltNames: set(text({ min: 1, max: 253 }), { min: 1, max: 64 })
    .describe('The certificate must have one of these names (DNS, URI, e-mail or IP address), exactly.')
    .optional(),
  subjectHeader: headerName
    .describe("Header that tells backends the certificate's subject; what clients send in it is removed.")
    .optional(),
});

const someRule: Rule<
  Partial<Record<'ip' | 'clientCertificate' | 'authentication' | 'authorization' | 'claims', unknown>>
> = {
  cel: 'has(self.ip) || has(self.clientCertificate) || has(self.authentication)',
  holds: ({ ip, clientCertificate, authentication }) => (ip ?? clientCertificate ?? authentication) !== undefined,
  message: 'must have ip, clientCertificate or authentication',
};

export const accessRulesSchema = withRules(
  z.object({
    ip: ipSchema.describe('Where requests may come from.').optional(),
    clientCertificate: clientCertificateSchema
      .describe("Certificates of clients; the Gateway's tls.frontend says which ones are valid.")
      .optional(),
    authentication: authenticationSchema.describe('Who sends requests.').optional(),
    claims: claimsSchema.optional(),
    authorization: authorizationSchema.describe('Which of those may.').optional(),
  }),
  someRule,
  {
    cel: "!has(self.authorization) || has(self.clientCertificate) || has(self.authentication) && self.authentication.type != 'None'",
    holds: ({ authorization, clientCertificate, authentication }) =>
      authorization === undefined ||
      clientCertificate !== undefined ||
      (authentication !== undefined && authentication.type !== 'None'),
    message: 'must be set with an authentication or a clientCertificate, whose claims it asks for',
    path: ['authorization'],
  },
);

export type AccessRules = z.output<typeof accessRulesSchema>;
