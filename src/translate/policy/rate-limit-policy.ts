import { milliseconds } from '../../api/gateway/duration.ts';
import type { ExemptionSpec, LimitSpec } from '../../api/policy/rate-limit-policy/limit.ts';
import type { RateLimitSettings } from '../../api/policy/rate-limit-policy/settings.ts';
import type { RateLimitPolicy } from '../../api/policy/rate-limit-policy.ts';
import type { Exemption, Fallback, Limit, LimitKey, RateLimit, SharedCount } from '../../ir/policy/rate-limit.ts';
import { grantsReferent, secretReferent, serviceReferent } from '../incremental/references.ts';
import type { Lookup } from '../lookup.ts';
import { compare } from '../object.ts';
import type { PolicyContent, PolicyContext, PolicyKind } from './kind.ts';

const BODY = 'Too many requests: at most {limit} in {interval}.\n';
const PLAIN = 'text/plain; charset=utf-8';

export const rateLimitPolicyTranslation: PolicyKind<RateLimitPolicy> = {
  kind: 'RateLimitPolicy',
  policy: 'Inherited',
  targets: ['Gateway', 'HTTPRoute', 'GRPCRoute', 'Service'],
  failsClosed: false,
  referents,
  convert,
};

function settingsOf({ spec }: RateLimitPolicy): RateLimitSettings {
  return (spec.overrides ?? spec.defaults)!;
}

function* referents(policy: RateLimitPolicy): Generator<string> {
  const { namespace } = policy.metadata;
  // A port of a Service is told by its number, which is the Service's to change.
  for (const { kind, name } of policy.spec.targetRefs) {
    if (kind === 'Service') yield serviceReferent(`${namespace}/${name}`);
  }
  const { redis } = settingsOf(policy);
  if (redis === undefined) return;
  const { backendRef, credentialsRef } = redis;
  const there = backendRef.namespace ?? namespace;
  yield serviceReferent(`${there}/${backendRef.name}`);
  if (there !== namespace) yield grantsReferent(there);
  if (credentialsRef !== undefined) yield secretReferent(`${namespace}/${credentialsRef.name}`);
}

function convert(policy: RateLimitPolicy, context: PolicyContext): PolicyContent {
  const settings = settingsOf(policy);
  const { redis, response } = settings;
  const shared = sharedOf(settings, policy.spec.overrides ? 'overrides' : 'defaults', context);
  const entry: RateLimit = {
    limits: settings.limits.map(limitOf),
    exempt: (settings.exempt ?? []).map(exemptionOf),
    shared: shared.count,
    response: {
      status: response?.statusCode ?? 429,
      contentType: response?.contentType ?? PLAIN,
      body: response?.body ?? BODY,
      headers: response?.headers !== 'Disabled',
    },
    isForServices: policy.spec.targetRefs.every(({ kind }) => kind === 'Service'),
    sections: sectionsOf(policy, context.lookup),
  };
  const { backends, secrets, unresolved } = shared;
  const refers = redis === undefined ? {} : { unresolved };
  return { entry, overrides: policy.spec.overrides !== undefined, faults: [], ...refers, backends, secrets };
}

function limitOf({ name, requests, interval, penalty, key, scope }: LimitSpec): Limit {
  return {
    name,
    requests,
    interval: milliseconds(interval),
    intervalText: interval,
    penalty: penalty === undefined ? null : milliseconds(penalty),
    key: keyOf(key),
    scope: scope === 'Target' ? 'target' : 'route',
  };
}

const FALLBACK = { SourceIP: 'source-ip', Target: 'target', Reject: 'reject' } as const satisfies Record<
  string,
  Fallback
>;

function keyOf({ type, header, claim, fallback = 'SourceIP' }: LimitSpec['key']): LimitKey {
  switch (type) {
    case 'SourceIP':
      return { kind: 'source-ip' };
    case 'Target':
      return { kind: 'target' };
    case 'Header':
      return { kind: 'header', name: header!.name.toLowerCase(), fallback: FALLBACK[fallback] };
    case 'Claim':
      return { kind: 'claim', name: claim!.name, fallback: FALLBACK[fallback] };
    case 'Consumer':
      return { kind: 'consumer', fallback: FALLBACK[fallback] };
  }
}

function exemptionOf({ type, cidrs, header, claim, consumer }: ExemptionSpec): Exemption {
  switch (type) {
    case 'SourceIP':
      return { kind: 'source-ip', cidrs: cidrs! };
    case 'Header':
      return { kind: 'header', name: header!.name.toLowerCase(), value: header!.value };
    case 'Claim':
      return { kind: 'claim', name: claim!.name, value: claim!.value };
    case 'Consumer':
      return { kind: 'consumer', name: consumer! };
  }
}

/** The targets that are a part of something, as keys of the table begin; one that does not exist is no part of anything. */
function sectionsOf({ metadata, spec }: RateLimitPolicy, { services }: Lookup): string[] {
  const sections = spec.targetRefs.flatMap(({ kind, name, sectionName }) => {
    if (sectionName === undefined) return [];
    const whole = `${kind.toLowerCase()}/${metadata.namespace}/${name}`;
    if (kind !== 'Service') return [`${whole}/${sectionName}`];
    const ports = services.get(`${metadata.namespace}/${name}`)?.spec.ports ?? [];
    return ports.filter((port) => port.name === sectionName).map(({ port }) => `${whole}/${port}`);
  });
  return [...new Set(sections)].sort(compare);
}

type Shared = Pick<PolicyContent, 'backends' | 'secrets'> & {
  readonly count: SharedCount | null;
  readonly unresolved: readonly string[];
};

const NOT_SHARED: Shared = { count: null, backends: [], unresolved: [], secrets: {} };

function sharedOf({ enforcement, redis }: RateLimitSettings, under: string, context: PolicyContext): Shared {
  if (redis !== undefined) return redisOf(redis, under, context);
  return enforcement === 'Global' ? { ...NOT_SHARED, count: { kind: 'proxies' } } : NOT_SHARED;
}

/** Without the Redis that it names, a policy is kept by each pod alone, which is better than by none. */
function redisOf(redis: NonNullable<RateLimitSettings['redis']>, under: string, context: PolicyContext): Shared {
  const { backendRef, credentialsRef, database, timeout } = redis;
  const unresolved: string[] = [];
  const secrets: Record<string, string> = {};
  const resolution = context.resolveBackend({ group: '', kind: 'Service', ...backendRef }, 'bytes');
  if (!resolution.ok) unresolved.push(`${under}.redis.backendRef: ${resolution.message}`);
  else if (resolution.failure !== null) {
    unresolved.push(`${under}.redis.backendRef: its BackendTLSPolicy cannot be kept: ${resolution.failure.reason}`);
  }
  const credential = (dataKey: string, isRequired: boolean): string | null => {
    if (credentialsRef === undefined) return null;
    const found = context.secret(credentialsRef.name, dataKey);
    if ('fault' in found) {
      if (isRequired) unresolved.push(`${under}.redis.credentialsRef: ${found.fault}`);
      return null;
    }
    secrets[found.key] = found.value;
    return found.key;
  };
  const username = credential('username', false);
  const password = credential('password', true);
  if (!resolution.ok || unresolved.length > 0) return { ...NOT_SHARED, unresolved };
  const { key } = resolution;
  const count = { kind: 'redis' as const, backend: key, database, username, password, timeout: milliseconds(timeout) };
  return { count, backends: [key], unresolved, secrets };
}
