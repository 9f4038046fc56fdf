import { milliseconds } from '../../../api/gateway/duration.ts';
import type { AccessRules } from '../../../api/policy/access-policy/rules.ts';
import type { CredentialSource, JWTAuthentication, KeySetSource } from '../../../ir/policy/access.ts';
import { readKeySet } from '../../../ir/policy/key-set.ts';
import { ASYMMETRIC_ALGORITHMS } from '../../../ir/policy/signature-algorithms.ts';
import type { Findings } from './findings.ts';

type Spec = NonNullable<NonNullable<AccessRules['authentication']>['jwt']>;

const BEARER: readonly CredentialSource[] = [{ type: 'Header', name: 'Authorization', prefix: 'Bearer ' }];

/** The keys' ConfigMap has them under this name. */
const CONFIG_MAP_KEY = 'jwks.json';

export function jwtOf(spec: Spec, findings: Findings): JWTAuthentication | null {
  const keys = keysOf(spec.jwks, findings);
  if (keys === null) return null;
  return {
    type: 'JWT',
    issuer: spec.issuer,
    audiences: spec.audiences ?? [],
    algorithms: spec.algorithms ?? ASYMMETRIC_ALGORITHMS,
    clockSkew: milliseconds(spec.clockSkew),
    keys,
    sources: sourcesOf(spec.sources, BEARER),
    credentials: spec.credentials,
  };
}

export function sourcesOf(
  sources: Spec['sources'],
  otherwise: readonly CredentialSource[],
): readonly CredentialSource[] {
  return sources?.map(({ name, prefix = '', type }) => ({ type, name, prefix })) ?? otherwise;
}

function keysOf({ configMapRef, inline, remote, secretKeyRef }: Spec['jwks'], findings: Findings): KeySetSource | null {
  const field = 'authentication.jwt.jwks';
  if (remote !== undefined) {
    const { backendRef, host, path, refreshInterval, staleIfError, timeout } = remote;
    const backend = findings.backend(`${field}.remote.backendRef`, backendRef);
    if (backend === null) return null;
    return {
      kind: 'backend',
      backend,
      host: host ?? `${backendRef.name}.${backendRef.namespace ?? findings.namespace}`,
      path,
      refreshInterval: milliseconds(refreshInterval),
      staleIfError: milliseconds(staleIfError),
      timeout: milliseconds(timeout),
    };
  }
  if (secretKeyRef !== undefined) {
    const found = findings.secret(`${field}.secretKeyRef`, secretKeyRef.name, secretKeyRef.key);
    if (found === null) return null;
    return isKeySet(found.text, `${field}.secretKeyRef`, findings) ? { kind: 'secret', secret: found.key } : null;
  }
  const text =
    configMapRef === undefined ? inline! : fromConfigMap(configMapRef.name, `${field}.configMapRef`, findings);
  if (
    text === null ||
    !isPublic(text, configMapRef === undefined ? `${field}.inline` : `${field}.configMapRef`, findings)
  )
    return null;
  return { kind: 'inline', text };
}

function fromConfigMap(name: string, field: string, findings: Findings): string | null {
  const key = `${findings.namespace}/${name}`;
  const data = findings.context.lookup.configMaps.get(key)?.data ?? {};
  if (Object.hasOwn(data, CONFIG_MAP_KEY)) return data[CONFIG_MAP_KEY]!;
  findings.fault(field, `ConfigMap ${key} does not exist or has no ${CONFIG_MAP_KEY}`);
  return null;
}

function isKeySet(text: string, field: string, findings: Findings): boolean {
  try {
    if (readKeySet(text).length > 0) return true;
    findings.fault(field, 'it has no key that signatures can be checked with');
  } catch (error) {
    findings.fault(field, `this is no key set: ${(error as Error).message}`);
  }
  return false;
}

/** What stands where everybody can read it must not be a secret. */
function isPublic(text: string, field: string, findings: Findings): boolean {
  if (!isKeySet(text, field, findings)) return false;
  const { keys } = JSON.parse(text) as { keys: readonly unknown[] };
  const isSecret = (key: unknown) => typeof key === 'object' && key !== null && ('d' in key || 'k' in key);
  if (!keys.some(isSecret)) return true;
  findings.fault(field, 'it has a key that is secret: use secretKeyRef, and replace the key, which is none any more');
  return false;
}
