import { milliseconds } from '../../../api/gateway/duration.ts';
import type { AccessRules } from '../../../api/policy/access-policy/rules.ts';
import { bytesOf } from '../../../api/policy/value.ts';
import type {
  APIKeyAuthentication,
  Authentication,
  BasicAuthentication,
  CredentialSource,
  ExternalAuthentication,
  LDAPAuthentication,
  OIDCAuthentication,
} from '../../../ir/policy/access.ts';
import { readHtpasswd } from '../../../ir/policy/htpasswd.ts';
import { authorityReferent, grantsReferent, secretReferent, serviceReferent } from '../../incremental/references.ts';
import type { Findings } from './findings.ts';
import { jwtOf, sourcesOf } from './jwt.ts';

type Spec = NonNullable<AccessRules['authentication']>;

const API_KEY: readonly CredentialSource[] = [{ type: 'Header', name: 'X-API-Key', prefix: '' }];

/** Null for none, and for one that has a fault. */
export function authenticationOf(spec: Spec, findings: Findings): Authentication | null {
  switch (spec.type) {
    case 'JWT':
      return jwtOf(spec.jwt!, findings);
    case 'APIKey':
      return apiKeyOf(spec.apiKey!, findings);
    case 'Basic':
      return basicOf(spec.basic!, findings);
    case 'LDAP':
      return ldapOf(spec.ldap!, findings);
    case 'OIDC':
      return oidcOf(spec.oidc!, findings);
    case 'External':
      return externalOf(spec.external!, 'authentication.external', findings);
    case 'None':
      return null;
  }
}

function apiKeyOf(spec: NonNullable<Spec['apiKey']>, findings: Findings): APIKeyAuthentication {
  const consumers: { name: string; secret: string }[] = [];
  const seen = new Set<string>();
  spec.secretRefs.forEach(({ name }, index) => {
    const field = `authentication.apiKey.secretRefs[${index}]`;
    const secret = `${findings.namespace}/${name}`;
    const names = Object.keys(findings.context.lookup.secrets.get(secret)?.data ?? {}).sort();
    if (names.length === 0) findings.fault(field, `Secret ${secret} does not exist or is empty`);
    for (const consumer of names) {
      const found = findings.secret(field, name, consumer);
      if (found === null) continue;
      const key = found.text.trim();
      if (key === '') findings.fault(field, `${consumer} of Secret ${secret} is empty`);
      else if (seen.has(key))
        findings.fault(field, `${consumer} of Secret ${secret} is the key of another consumer too`);
      seen.add(key);
      consumers.push({ name: consumer, secret: found.key });
    }
  });
  return { type: 'APIKey', consumers, sources: sourcesOf(spec.sources, API_KEY), credentials: spec.credentials };
}

function basicOf(
  { credentials, secretKeyRef }: NonNullable<Spec['basic']>,
  findings: Findings,
): BasicAuthentication | null {
  const field = 'authentication.basic.secretKeyRef';
  const found = findings.secret(field, secretKeyRef.name, secretKeyRef.key);
  if (found === null) return null;
  const { unreadable, users } = readHtpasswd(found.text);
  for (const line of unreadable) {
    findings.fault(field, `line ${line} is not a user, ":" and a hash of bcrypt, SHA-1 ({SHA}) or MD5 ($apr1$)`);
  }
  if (users.size === 0 && unreadable.length === 0) findings.fault(field, 'there is no user in it');
  return { type: 'Basic', users: found.key, credentials };
}

function ldapOf(spec: NonNullable<Spec['ldap']>, findings: Findings): LDAPAuthentication | null {
  const backend = findings.backend('authentication.ldap.backendRef', spec.backendRef);
  const { bind } = spec;
  const password =
    bind === undefined
      ? null
      : findings.secret(
          'authentication.ldap.bind.passwordSecretKeyRef',
          bind.passwordSecretKeyRef.name,
          bind.passwordSecretKeyRef.key,
        );
  if (password?.text === '') findings.fault('authentication.ldap.bind.passwordSecretKeyRef', 'the password is empty');
  if (backend === null || (bind !== undefined && password === null)) return null;
  return {
    type: 'LDAP',
    backend,
    startTLS: spec.startTLS === 'Enabled',
    baseDN: spec.baseDN,
    userAttribute: spec.userAttribute,
    bind: bind === undefined ? null : { dn: bind.dn, password: password!.key },
    claims: spec.claims ?? [],
    cacheTime: milliseconds(spec.cacheTime),
    timeout: milliseconds(spec.timeout),
    credentials: spec.credentials,
  };
}

/** Shorter secrets can be guessed. */
const SESSION_SECRET = 32;
const REDIRECT_PATH = '/oauth2/callback';

function oidcOf(spec: NonNullable<Spec['oidc']>, findings: Findings): OIDCAuthentication | null {
  const field = 'authentication.oidc';
  const backend = findings.backend(`${field}.backendRef`, spec.backendRef);
  const { clientSecretKeyRef: ofClient, sessionSecretKeyRef: ofSession } = spec;
  const client = findings.secret(`${field}.clientSecretKeyRef`, ofClient.name, ofClient.key);
  const session = findings.secret(`${field}.sessionSecretKeyRef`, ofSession.name, ofSession.key);
  if (session !== null && Buffer.byteLength(session.text) < SESSION_SECRET) {
    findings.fault(`${field}.sessionSecretKeyRef`, `it has fewer than ${SESSION_SECRET} bytes`);
  }
  if (backend === null || client === null || session === null) return null;
  const { redirectURL = null } = spec;
  return {
    type: 'OIDC',
    issuer: spec.issuer,
    backend,
    clientID: spec.clientID,
    clientSecret: client.key,
    sessionSecret: session.key,
    scopes: [...new Set(['openid', ...(spec.scopes ?? [])])],
    redirectURL,
    redirectPath: redirectURL === null ? REDIRECT_PATH : redirectURL.replace(/^https?:\/\/[^/]+/, ''),
    logoutPath: spec.logoutPath ?? null,
    sessionTime: milliseconds(spec.sessionTime),
    timeout: milliseconds(spec.timeout),
  };
}

function externalOf(
  spec: NonNullable<Spec['external']>,
  field: string,
  findings: Findings,
): ExternalAuthentication | null {
  const backend = findings.backend(`${field}.backendRef`, spec.backendRef);
  if (backend === null) return null;
  const { forwardBody, grpc, http, protocol, timeout } = spec;
  const lower = (names: readonly string[] = []) => names.map((name) => name.toLowerCase());
  return {
    type: 'External',
    protocol,
    backend,
    path: (http?.path ?? '').replace(/\/$/, ''),
    allowedHeaders: lower((protocol === 'HTTP' ? http : grpc)?.allowedHeaders),
    allowedResponseHeaders: lower(http?.allowedResponseHeaders),
    maxBody: forwardBody?.maxSize === undefined ? 0 : bytesOf(forwardBody.maxSize),
    timeout: milliseconds(timeout),
  };
}

/** All that is not in the policy itself. */
export function* referentsOfAuthentication(spec: Spec | undefined, namespace: string): Generator<string> {
  if (spec === undefined) return;
  const { apiKey, basic, external, jwt, ldap, oidc } = spec;
  const secrets = [
    ...(apiKey?.secretRefs ?? []),
    basic?.secretKeyRef,
    jwt?.jwks.secretKeyRef,
    ldap?.bind?.passwordSecretKeyRef,
    oidc?.clientSecretKeyRef,
    oidc?.sessionSecretKeyRef,
  ];
  for (const ref of secrets) if (ref !== undefined) yield secretReferent(`${namespace}/${ref.name}`);
  if (jwt?.jwks.configMapRef !== undefined) yield authorityReferent(`${namespace}/${jwt.jwks.configMapRef.name}`);
  for (const ref of [jwt?.jwks.remote?.backendRef, ldap?.backendRef, oidc?.backendRef, external?.backendRef]) {
    if (ref === undefined) continue;
    const other = ref.namespace ?? namespace;
    yield serviceReferent(`${other}/${ref.name}`);
    if (other !== namespace) yield grantsReferent(other);
  }
}
