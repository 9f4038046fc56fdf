import { hash } from 'node:crypto';
import type { RateLimit } from '../../../ir/policy/rate-limit.ts';
import { WrittenLine } from '../../filter/header-modifier.ts';
import type { HeaderLine } from '../../filter/plan.ts';
import { PASS, type Stage, WAIT } from '../stage.ts';
import type { Visit } from '../visit.ts';
import { inform, refusal, TOO_MANY, UNIDENTIFIED, unidentified } from './answer.ts';
import { isOver, machineTime } from './bound.ts';
import { Exemptions } from './client.ts';
import { ASKED, BLOCKED, type Counter, type Counts, type Parked, park } from './counter.ts';
import { POLICY_FIELD, policyField, RemainingLine } from './fields.ts';
import type { Limiter } from './limiter.ts';
import type { RateLimits } from './rate-limits.ts';

/** Lets no more requests through than a policy says, as this pod counts them, alone or with what it hears of others. */
export class RateLimitStage implements Stage {
  readonly order: number;
  readonly bodyLimit = 0;
  readonly letsGo = true;
  readonly entry: RateLimit;
  readonly limiters: readonly Limiter[];
  readonly limits: RateLimits;
  /** `namespace/name` of the policy. */
  private readonly name: string;
  private readonly counts: Counts;
  private readonly exemptions: Exemptions | null;
  /** What responses say of the limits. */
  private readonly policyLine: HeaderLine;
  /** Those of the request at hand, by limit; of no use to the next one. */
  private readonly counters: Counter[];

  constructor(
    order: number,
    name: string,
    entry: RateLimit,
    limiters: readonly Limiter[],
    limits: RateLimits,
    counts: Counts,
  ) {
    this.order = order;
    this.entry = entry;
    this.limiters = limiters;
    this.limits = limits;
    this.name = name;
    this.counts = counts;
    this.exemptions = entry.exempt.length === 0 ? null : new Exemptions(entry.exempt);
    this.policyLine = new WrittenLine(POLICY_FIELD, policyField(limiters.map(({ limit }) => limit)));
    this.counters = [];
  }

  enter(visit: Visit): number {
    return this.isExempt(visit) ? PASS : this.take(visit);
  }

  isExempt(visit: Visit): boolean {
    return this.exemptions?.has(visit) === true;
  }

  /** Counts a request under all limits, or under none. */
  take(visit: Visit): number {
    const { counters, counts, limiters } = this;
    const now = machineTime();
    let blocked = -1;
    let asked: Counter | null = null;
    for (let index = 0; index < limiters.length; index++) {
      const limiter = limiters[index]!;
      const client = limiter.client(visit);
      if (client === null) return visit.answer(unidentified(visit, limiter), UNIDENTIFIED);
      const meter = limiter.meter(visit);
      const counter = meter.of(client);
      counters[index] = counter;
      const state = counts.look(meter, client, counter, limiter.bound, now);
      if (state === BLOCKED) {
        if (blocked < 0 || counter.blockedUntil > counters[blocked]!.blockedUntil) blocked = index;
      } else if (state === ASKED) {
        asked ??= counter;
      }
    }
    if (blocked >= 0) return this.refuse(visit, blocked, now);
    if (asked !== null) {
      park(asked, new ParkedVisit(this, visit));
      return WAIT;
    }
    for (let index = 0; index < limiters.length; index++) counts.use(counters[index]!, limiters[index]!.bound, now);
    if (this.entry.response.headers) inform(visit, this.policyLine, this.remaining(now));
    return PASS;
  }

  /** Answers that a request is too many for the limit of an index. `wait`: milliseconds. */
  answer(visit: Visit, index: number, wait: number, remaining: HeaderLine): number {
    const limiter = this.limiters[index]!;
    const client = hash('sha256', limiter.client(visit) ?? '', 'base64url').slice(0, 16);
    visit.limited = { limit: `${this.name}/${limiter.limit.name}`, client };
    this.limits.countLimited(this.name, limiter.limit.name, visit.match.rule.key);
    if (this.entry.response.headers) inform(visit, this.policyLine, remaining);
    return visit.answer(refusal(visit, this.entry, limiter, wait), TOO_MANY);
  }

  /** Says of a request that was counted elsewhere what is left. */
  inform(visit: Visit, remaining: HeaderLine): void {
    if (this.entry.response.headers) inform(visit, this.policyLine, remaining);
  }

  private refuse(visit: Visit, index: number, now: number): number {
    return this.answer(visit, index, this.counters[index]!.blockedUntil - now, this.remaining(now));
  }

  private remaining(now: number): RemainingLine {
    const { counters, limiters } = this;
    let line: RemainingLine | null = null;
    for (let index = limiters.length - 1; index >= 0; index--) {
      const { bound, item } = limiters[index]!;
      const counter = counters[index]!;
      if (isOver(counter, now)) line = new RemainingLine(item, bound.requests, bound.interval, line);
      else if (counter.blockedUntil !== 0) line = new RemainingLine(item, 0, counter.blockedUntil - now, line);
      else line = new RemainingLine(item, counter.left + counter.elsewhere, counter.end - now, line);
    }
    return line!;
  }
}

/** A request that waits for this pod's count. */
class ParkedVisit implements Parked {
  private readonly stage: RateLimitStage;
  private readonly visit: Visit;

  constructor(stage: RateLimitStage, visit: Visit) {
    this.stage = stage;
    this.visit = visit;
  }

  resume(): void {
    if (this.visit.aborted) return;
    if (this.stage.take(this.visit) === PASS) this.visit.proceed();
  }
}
