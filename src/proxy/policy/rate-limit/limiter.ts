import type { Limit, RateLimit } from '../../../ir/policy/rate-limit.ts';
import type { Visit } from '../visit.ts';
import type { Bound } from './bound.ts';
import { clientOf } from './client.ts';
import type { Counter } from './counter.ts';
import { Body, ItemName } from './fields.ts';
import type { Meter, MeterBook } from './meter.ts';
import type { Places } from './place.ts';

/** One limit of a policy, with its counters wherever it holds. */
export class Limiter {
  readonly limit: Limit;
  readonly bound: Bound;
  readonly body: Body;
  /** Its name as RateLimit has it. */
  readonly item: ItemName;
  private readonly policy: string;
  private readonly places: Places;
  private readonly book: MeterBook<Counter>;
  private readonly isForServices: boolean;
  /** By match, or by the entry of the backend: what does not change from one request to the next. */
  private readonly meters: WeakMap<object, Meter<Counter>>;
  /** The one of `meters` that was asked for last, and by what: of most policies there is no other. */
  private lastAt: object | null;
  private last: Meter<Counter> | null;

  constructor(policy: string, entry: RateLimit, limit: Limit, places: Places, book: MeterBook<Counter>) {
    this.limit = limit;
    this.bound = { requests: limit.requests, interval: limit.interval, penalty: limit.penalty ?? 0 };
    this.body = new Body(entry.response.body, limit);
    this.item = new ItemName(limit.name);
    this.policy = policy;
    this.places = places;
    this.book = book;
    this.isForServices = entry.isForServices;
    this.meters = new WeakMap();
    this.lastAt = null;
    this.last = null;
  }

  /** Whom a request is counted for; null: it does not say, and must. */
  client(visit: Visit): string | null {
    return clientOf(this.limit.key, visit);
  }

  /** Where a request is counted. */
  meter(visit: Visit): Meter<Counter> {
    const at: object = this.isForServices ? visit.backend! : visit.match;
    if (at === this.lastAt && this.last!.isKept) return this.last!;
    const known = this.meters.get(at);
    const meter = known?.isKept === true ? known : this.book.meter(this.meterName(visit));
    if (meter !== known) this.meters.set(at, meter);
    this.lastAt = at;
    this.last = meter;
    return meter;
  }

  /**
   * Has all that makes counts comparable: a limit that was changed begins anew, also with a worker or a proxy that has not
   * heard of the change yet.
   */
  private meterName(visit: Visit): string {
    const { limit, places, policy } = this;
    const { requests, interval, penalty } = this.bound;
    const place = this.isForServices ? places.ofBackend(visit.backend!.key) : places.ofMatch(visit.match, limit.scope);
    return `${policy}/${limit.name} ${requests}/${interval}/${penalty} ${place}`;
  }
}
