import type { Policy } from '../../../ir/policy/policy.ts';
import type { RateLimit, RedisCount } from '../../../ir/policy/rate-limit.ts';
import type { StageContext } from '../kinds.ts';
import { ORDER, type Stage } from '../stage.ts';
import { needsIdentity } from './client.ts';
import { Limiter } from './limiter.ts';
import { Places } from './place.ts';
import { RedisCounts } from './redis/counts.ts';
import { SharedRateLimitStage } from './shared-stage.ts';
import { RateLimitStage } from './stage.ts';

/**
 * What knows of no identity is counted before authentication, which thus cannot be flooded; the rest after it. An exemption by
 * identity makes everything wait for it.
 */
export function rateLimitStages(policy: Policy, context: StageContext): readonly Stage[] {
  const entry = policy as Policy & RateLimit;
  const { key, runtime } = context;
  const { rateLimits } = runtime;
  const { shared } = entry;
  const counts = shared?.kind === 'proxies' ? rateLimits.shared : rateLimits.counts;
  const places = new Places(key, entry.sections);
  const limiters = entry.limits.map((limit) => new Limiter(key, entry, limit, places, counts.book));
  const isLate = entry.exempt.some(needsIdentity);
  const late = limiters.filter(({ limit }) => isLate || needsIdentity(limit.key));
  const early = limiters.filter((limiter) => !late.includes(limiter));
  return [
    { order: ORDER.limit, limiters: early },
    { order: ORDER.limitByClaim, limiters: late },
  ]
    .filter((each) => each.limiters.length > 0)
    .map(({ order, limiters }) => {
      const stage = new RateLimitStage(order, policy.name, entry, limiters, rateLimits, counts);
      return shared?.kind === 'redis' ? withRedis(stage, shared, policy, context) : stage;
    });
}

function withRedis(local: RateLimitStage, at: RedisCount, policy: Policy, context: StageContext): Stage {
  const { backend, key, runtime, secret, state } = context;
  const { database, timeout } = at;
  const text = (name: string | null) => (name === null ? null : (secret(name)?.toString('utf8') ?? null));
  const access = { database, username: text(at.username), password: text(at.password) };
  const places = () => backend(at.backend)?.endpoints ?? [];
  const redis = state.of(key, JSON.stringify([at, access]), () => {
    const failed = (reason: string) => runtime.rateLimits.countFailure(policy.name, reason);
    return new RedisCounts(places, access, timeout, runtime.wheel, { failed });
  });
  return new SharedRateLimitStage(local, redis);
}
