import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bound } from './bound.ts';
import { LeaseDesk, RECALL_TIMEOUT } from './desk.ts';
import type { Grant } from './lease.ts';
import { PodLedger } from './ledger.ts';

const BOUND: Bound = { requests: 10, interval: 60_000, penalty: 0 };

/** A desk with its workers, whose permits are used one by one; what they say takes effect at once. */
class Pod {
  now = 1_000;
  readonly desk: LeaseDesk;
  readonly permits: Map<number, { left: number; end: number }>;
  readonly silent = new Set<number>();
  readonly bound: Bound;

  constructor(workers: number, bound = BOUND) {
    this.desk = new LeaseDesk(workers, () => this.now, new PodLedger());
    this.permits = new Map();
    this.bound = bound;
  }

  /** One request at a worker; null while it waits. */
  request(worker: number): boolean | null {
    const own = this.permits.get(worker);
    if (own !== undefined && own.left > 0 && this.now < own.end) {
      own.left--;
      return true;
    }
    const ask = { ...this.bound, id: worker, meter: 'm', client: 'c', wanted: 1 };
    this.desk.hear(worker, { asks: [ask], notes: [], returns: [] });
    const grants = this.exchange();
    const grant = grants.get(worker);
    if (grant === undefined) return null;
    return this.use(worker, grant);
  }

  use(worker: number, grant: Grant): boolean {
    if (grant.permits === 0) return false;
    this.permits.set(worker, { left: grant.permits - 1, end: grant.end });
    return true;
  }

  /** Delivers everything until nobody has anything to say. */
  exchange(): Map<number, Grant> {
    const grants = new Map<number, Grant>();
    for (let outboxes = this.desk.deliver(); outboxes.size > 0; outboxes = this.desk.deliver()) {
      for (const [worker, outbox] of outboxes) {
        for (const grant of outbox.grants) grants.set(worker, grant);
        if (this.silent.has(worker)) continue;
        for (const recall of outbox.recalls) {
          const own = this.permits.get(worker) ?? { left: 0, end: 0 };
          this.desk.hear(worker, { asks: [], notes: [], returns: [{ ...recall, permits: own.left, end: own.end }] });
          own.left = 0;
        }
      }
    }
    return grants;
  }
}

describe('workers together', () => {
  test('let through as much as one, however the requests are spread', () => {
    const workers = fc.array(fc.nat({ max: 3 }), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(workers, fc.integer({ min: 1, max: 30 }), (spread, requests) => {
        const pod = new Pod(4, { ...BOUND, requests });
        const passed = spread.map((worker) => pod.request(worker));
        expect(passed).toEqual(spread.map((_, index) => index < requests));
      }),
    );
  });

  test('begin again together', () => {
    const pod = new Pod(2);
    for (let index = 0; index < 10; index++) expect(pod.request(index % 2)).toBe(true);
    expect(pod.request(0)).toBe(false);
    pod.now += BOUND.interval - 1;
    expect(pod.request(1)).toBe(false);
    pod.now += 1;
    for (let index = 0; index < 10; index++) expect(pod.request(index % 2)).toBe(true);
    expect(pod.request(1)).toBe(false);
  });

  test('keep a penalty together, and are not blocked for longer by asking', () => {
    const pod = new Pod(2, { requests: 2, interval: 60_000, penalty: 5_000 });
    expect([pod.request(0), pod.request(1)]).toEqual([true, true]);
    pod.now += 20_000;
    expect(pod.request(0)).toBe(false);
    pod.now += 4_999;
    expect(pod.request(1)).toBe(false);
    pod.now += 1;
    expect([pod.request(1), pod.request(0), pod.request(1)]).toEqual([true, true, false]);
  });

  test('do without what a worker had that does not answer', () => {
    const pod = new Pod(2);
    expect(pod.request(0)).toBe(true);
    pod.silent.add(0);
    // Worker 0 has two more, of which nobody knows whether they were used.
    for (let index = 0; index < 7; index++) expect(pod.request(1)).toBe(true);
    expect(pod.request(1)).toBeNull();
    expect(pod.desk.isWaiting).toBe(true);
    pod.now += RECALL_TIMEOUT;
    pod.desk.giveUp();
    expect(pod.exchange().get(1)).toMatchObject({ permits: 0, blockedUntil: 61_000 });
    expect(pod.desk.isWaiting).toBe(false);
  });

  test('do not wait for a worker that is gone', () => {
    const pod = new Pod(2);
    expect(pod.request(0)).toBe(true);
    pod.silent.add(0);
    for (let index = 0; index < 7; index++) pod.request(1);
    expect(pod.request(1)).toBeNull();
    pod.desk.lost(0);
    expect(pod.exchange().get(1)).toMatchObject({ permits: 0 });
  });

  test('get back nothing of an interval that is over', () => {
    const pod = new Pod(2);
    pod.request(0);
    const { end } = pod.permits.get(0)!;
    pod.now += BOUND.interval;
    pod.request(1);
    pod.desk.hear(0, { asks: [], notes: [], returns: [{ meter: 'm', client: 'c', permits: 2, end }] });
    let passed = 1;
    while (pod.request(1) === true) passed++;
    expect(passed).toBe(10);
  });

  test('say how much is left with whoever has it', () => {
    const pod = new Pod(1);
    pod.desk.hear(0, { asks: [{ ...BOUND, id: 1, meter: 'm', client: 'c', wanted: 1 }], notes: [], returns: [] });
    expect(pod.exchange().get(0)).toMatchObject({ permits: 5, elsewhere: 5 });
    pod.desk.hear(0, { asks: [{ ...BOUND, id: 2, meter: 'm', client: 'c', wanted: 1 }], notes: [], returns: [] });
    expect(pod.exchange().get(0)).toMatchObject({ permits: 3, elsewhere: 2 });
  });
});
