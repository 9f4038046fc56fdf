import type { AccessPolicy, Authentication, KeySetSource } from '../../../ir/policy/access.ts';
import { readHtpasswd } from '../../../ir/policy/htpasswd.ts';
import { readKeySet } from '../../../ir/policy/key-set.ts';
import { FailedStage } from '../failed-stage.ts';
import type { StageContext } from '../kinds.ts';
import type { Stage } from '../stage.ts';
import { APIKeyStage } from './api-key.ts';
import { AuthorizationStage } from './authorization.ts';
import { BasicStage } from './basic/stage.ts';
import { CertificateStage } from './certificate.ts';
import { ExternalStage } from './external/stage.ts';
import { Fetched } from './fetched.ts';
import { IPStage } from './ip.ts';
import { FixedKeys, type Keys } from './jwt/keys.ts';
import { JWTStage } from './jwt/stage.ts';
import { Directory } from './ldap/directory.ts';
import { LDAPStage } from './ldap/stage.ts';
import { Provider } from './oidc/provider.ts';
import { OIDCStage } from './oidc/stage.ts';

/** The stages of an AccessPolicy. One that cannot be made lets nobody through: what is wrong with it is never passed over. */
export function accessStages(entry: AccessPolicy, context: StageContext): readonly Stage[] {
  try {
    return stagesOf(entry, context);
  } catch {
    return [new FailedStage({ status: 500, reason: 'PolicyInvalid' })];
  }
}

function stagesOf(entry: AccessPolicy, context: StageContext): readonly Stage[] {
  const { authentication, authorization, clientCertificate, derive, ip } = entry;
  const stages: Stage[] = [];
  if (ip !== null) stages.push(new IPStage(ip));
  if (clientCertificate !== null) stages.push(new CertificateStage(clientCertificate, authentication === null));
  if (authentication !== null) stages.push(authenticationStage(authentication, context));
  if (derive.length > 0 || authorization.length > 0) stages.push(new AuthorizationStage(derive, authorization));
  return stages;
}

function authenticationStage(entry: Authentication, context: StageContext): Stage {
  switch (entry.type) {
    case 'JWT':
      return new JWTStage(entry, keysOf(entry.keys, context));
    case 'APIKey':
      return new APIKeyStage(
        entry,
        entry.consumers.map(({ name, secret }) => [name, secretOf(secret, context).trim()] as const),
      );
    case 'Basic':
      return new BasicStage(entry, readHtpasswd(secretOf(entry.users, context)));
    case 'LDAP': {
      const password = entry.bind === null ? '' : secretOf(entry.bind.password, context);
      return new LDAPStage(entry, new Directory(entry, password, () => context.backend(entry.backend)));
    }
    case 'OIDC': {
      const provider = context.state.of(context.key, `provider ${entry.backend} ${entry.issuer}`, () => new Provider());
      provider.use(entry, context);
      const secrets = {
        client: secretOf(entry.clientSecret, context).trim(),
        session: secretOf(entry.sessionSecret, context),
      };
      return new OIDCStage(entry, provider, secrets);
    }
    case 'External':
      return new ExternalStage(entry);
  }
}

function keysOf(source: KeySetSource, context: StageContext): Keys {
  if (source.kind === 'inline') return new FixedKeys(readKeySet(source.text));
  if (source.kind === 'secret') return new FixedKeys(readKeySet(secretOf(source.secret, context)));
  const part = `keys ${source.backend} ${source.host} ${source.path}`;
  const keys = context.state.of(context.key, part, () => new Fetched(readKeySet));
  keys.use(source, context);
  return keys;
}

function secretOf(key: string, context: StageContext): string {
  const value = context.secret(key);
  if (value === null) throw new Error(`${key} is not in the table`);
  return value.toString('utf8');
}
