import { hash } from 'node:crypto';
import { PASS, type Stage, WAIT } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { UNIDENTIFIED, unidentified } from './answer.ts';
import { machineTime } from './bound.ts';
import type { Counter } from './counter.ts';
import { RemainingLine } from './fields.ts';
import type { Meter, MeterBook } from './meter.ts';
import type { Counted, RedisCounts } from './redis/counts.ts';
import type { RateLimitStage } from './stage.ts';

/** Lets no more requests through than a policy says, as all proxies count them; while they cannot, as this pod does. */
export class SharedRateLimitStage implements Stage {
  readonly order: number;
  readonly bodyLimit = 0;
  private readonly local: RateLimitStage;
  private readonly redis: RedisCounts;
  /** Who is known to be blocked: nobody has to be asked again. */
  private readonly blocks: MeterBook<Counter>;

  constructor(local: RateLimitStage, redis: RedisCounts) {
    this.order = local.order;
    this.local = local;
    this.redis = redis;
    this.blocks = local.limits.counts.book;
  }

  enter(visit: Visit): number {
    const { local } = this;
    if (local.isExempt(visit)) return PASS;
    const { limiters } = local;
    const keys: string[] = [];
    const now = machineTime();
    for (let index = 0; index < limiters.length; index++) {
      const limiter = limiters[index]!;
      const client = limiter.client(visit);
      if (client === null) return visit.answer(unidentified(visit, limiter), UNIDENTIFIED);
      const { name } = limiter.meter(visit);
      const block = this.blocksOf(name).find(client);
      if (block !== null && block.blockedUntil > now) {
        const wait = block.blockedUntil - now;
        return local.answer(visit, index, wait, new RemainingLine(limiter.item, 0, wait, null));
      }
      keys.push(`headgate:${name}:${safe(client)}`);
    }
    const bounds = limiters.map(({ bound }) => bound);
    const isAsked = this.redis.count(keys, bounds, new CountedVisit(this, visit));
    return isAsked ? WAIT : local.take(visit);
  }

  /** The counts are what the script answers; null: nobody knows. */
  counted(visit: Visit, counts: readonly number[] | null): void {
    if (visit.aborted) return;
    const { local } = this;
    if (counts === null) {
      if (local.take(visit) === PASS) visit.proceed();
      return;
    }
    const { limiters } = local;
    let refused = -1;
    let remaining: RemainingLine | null = null;
    for (let index = limiters.length - 1; index >= 0; index--) {
      const left = counts[2 * index]!;
      remaining = new RemainingLine(limiters[index]!.item, left, counts[2 * index + 1]!, remaining);
    }
    for (let index = 0; index < limiters.length; index++) {
      const left = counts[2 * index]!;
      const wait = counts[2 * index + 1]!;
      if (left >= 0) continue;
      this.block(visit, index, wait);
      if (refused < 0 || wait > counts[2 * refused + 1]!) refused = index;
    }
    if (refused >= 0) {
      local.answer(visit, refused, counts[2 * refused + 1]!, remaining!);
      return;
    }
    local.inform(visit, remaining!);
    visit.proceed();
  }

  private block(visit: Visit, index: number, wait: number): void {
    const limiter = this.local.limiters[index]!;
    const client = limiter.client(visit);
    if (client !== null) this.blocksOf(limiter.meter(visit).name).of(client).blockedUntil = machineTime() + wait;
  }

  private blocksOf(meter: string): Meter<Counter> {
    return this.blocks.meter(`${meter} shared`);
  }
}

/** A request that waits for the count of all proxies. */
class CountedVisit implements Counted {
  private readonly stage: SharedRateLimitStage;
  private readonly visit: Visit;

  constructor(stage: SharedRateLimitStage, visit: Visit) {
    this.stage = stage;
    this.visit = visit;
  }

  counted(counts: readonly number[] | null): void {
    this.stage.counted(this.visit, counts);
  }
}

/** Addresses as they are; what clients say of themselves is nobody's business who can read the Redis. */
function safe(client: string): string {
  return /^[0-9a-f.:/]*$/.test(client) ? client : hash('sha256', client, 'base64url');
}
