import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CountBoard } from '../../../../snapshot/count/board.ts';
import { TELL_INTERVAL } from '../../../../snapshot/count/client.ts';
import { RELAY_INTERVAL } from '../../../../snapshot/count/server.ts';
import type { Bound } from '../bound.ts';
import { LeaseDesk } from '../desk.ts';
import type { Grant, ToLessee } from '../lease.ts';
import type { SharedAccount } from './account.ts';
import { SharedLedger } from './ledger.ts';

/** From what a proxy has counted to what all others know, at most: to a controller, and from there. */
const TELL = TELL_INTERVAL;
const RELAY = RELAY_INTERVAL;
const NAME = { meter: 'm', client: 'c' };

/** One proxy with a single worker that says at once what it uses. */
class Pod {
  readonly index: number;
  readonly ledger: SharedLedger;
  readonly desk: LeaseDesk<SharedAccount>;
  permits = 0;
  end = 0;
  private readonly gateway: Gateway;

  constructor(gateway: Gateway, index: number) {
    const now = () => gateway.now;
    this.gateway = gateway;
    this.index = index;
    this.ledger = new SharedLedger(now, (key) => gateway.told(this, key));
    this.desk = new LeaseDesk(1, now, this.ledger);
  }

  request(): boolean {
    if (this.permits === 0 || this.gateway.now >= this.end) this.ask();
    if (this.permits === 0) return false;
    this.permits--;
    this.desk.hear(0, { asks: [], returns: [], notes: [{ ...NAME, permits: this.permits, end: this.end }] });
    return true;
  }

  hear(from: CountBoard, key: string): void {
    const tally = from.others(String(this.index), key, this.gateway.now);
    if (tally === null) return;
    const overdrawn = this.ledger.hear([tally], this.gateway.pods.length);
    for (const account of overdrawn) this.desk.callBack(account, account);
    this.deliver();
  }

  private ask(): void {
    this.permits = 0;
    const ask = { ...this.gateway.bound, ...NAME, id: 1, wanted: 1 };
    this.desk.hear(0, { asks: [ask], returns: [], notes: [] });
    const grant = this.deliver();
    this.permits = grant!.permits;
    this.end = grant!.end;
  }

  private deliver(): Grant | null {
    let grant: Grant | null = null;
    for (let all = this.desk.deliver(); all.size > 0; all = this.desk.deliver()) {
      const { grants, recalls }: ToLessee = all.get(0)!;
      grant = grants[0] ?? grant;
      for (const recall of recalls) {
        const returned = { ...recall, permits: this.permits, end: this.end };
        this.permits = 0;
        this.desk.hear(0, { asks: [], returns: [returned], notes: [] });
      }
    }
    return grant;
  }
}

/** The proxies of a Gateway and a controller, on a clock that only the test moves. */
class Gateway {
  now = 1_000;
  isCut = false;
  messages = 0;
  readonly bound: Bound;
  readonly pods: Pod[];
  readonly board = new CountBoard();
  private readonly later: { at: number; happen: () => void }[] = [];

  constructor(pods: number, bound: Bound) {
    this.bound = bound;
    this.pods = Array.from({ length: pods }, (_, index) => new Pod(this, index));
  }

  /** Lets time go by, and whatever is on its way arrive. */
  pass(milliseconds: number): void {
    const until = this.now + milliseconds;
    for (;;) {
      this.later.sort((a, b) => a.at - b.at);
      const next = this.later[0];
      if (next === undefined || next.at > until) break;
      this.later.shift();
      this.now = next.at;
      next.happen();
    }
    this.now = until;
  }

  told(pod: Pod, key: string): void {
    this.in(TELL, () => {
      const tally = pod.ledger.tally(key);
      if (tally === null || this.isCut) return;
      this.messages++;
      if (!this.board.take(String(pod.index), tally, this.now)) return;
      for (const other of this.pods) if (other !== pod) this.in(RELAY, () => other.hear(this.board, key));
    });
  }

  /** How many of as many requests to each pod pass, a millisecond apart. */
  flood(count: number): number {
    let passed = 0;
    for (let index = 0; index < count; index++) {
      for (const pod of this.pods) if (pod.request()) passed++;
      this.pass(1);
    }
    return passed;
  }

  private in(delay: number, happen: () => void): void {
    this.later.push({ at: this.now + delay, happen });
  }
}

const bound = (requests: number, more: Partial<Bound> = {}): Bound => ({
  requests,
  interval: 60_000,
  penalty: 0,
  ...more,
});

describe('proxies that tell one another what they have counted', () => {
  test('let through what they may together, and no more than in the time that telling takes', () => {
    const gapsAndPods = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.nat(3)), {
      minLength: 50,
      maxLength: 400,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), gapsAndPods, (requests, all) => {
        const gateway = new Gateway(4, bound(requests));
        let passed = 0;
        let reachedAt = Infinity;
        for (const [gap, index] of all) {
          gateway.pass(gap);
          const passes = gateway.pods[index]!.request();
          // Nobody is refused what is left.
          if (passed < requests) expect(passes).toBe(true);
          if (passes) expect(gateway.now).toBeLessThanOrEqual(reachedAt + TELL + RELAY);
          if (passes && ++passed === requests) reachedAt = gateway.now;
        }
      }),
    );
  });

  test('never let through more than each the limit, however fast requests come', () => {
    const gateway = new Gateway(3, bound(20));
    let passed = 0;
    for (const pod of gateway.pods) while (pod.request()) passed++;
    expect(passed).toBe(60);
    gateway.pass(TELL + RELAY);
    expect(gateway.flood(20)).toBe(0);
  });

  test('keep a penalty together, and the interval that follows', () => {
    const gateway = new Gateway(3, bound(30, { penalty: 5_000 }));
    for (let index = 0; index < 30; index++) expect(gateway.pods[0]!.request()).toBe(true);
    expect(gateway.pods[0]!.request()).toBe(false);
    gateway.pass(TELL + RELAY);
    for (const pod of gateway.pods) expect(pod.request()).toBe(false);
    gateway.pass(5_000 - TELL - RELAY - 1);
    for (const pod of gateway.pods) expect(pod.request()).toBe(false);
    gateway.pass(2);
    expect(gateway.flood(300)).toBeGreaterThanOrEqual(30);
    expect(gateway.flood(300)).toBe(0);
    gateway.pass(5_000);
    for (const pod of gateway.pods) expect(pod.request()).toBe(true);
  });

  test('begin every interval with the whole limit, and end it together', () => {
    const gateway = new Gateway(2, bound(50, { interval: 10_000 }));
    for (let interval = 0; interval < 5; interval++) {
      const passed = gateway.flood(400);
      expect(passed).toBeGreaterThanOrEqual(50);
      expect(passed).toBeLessThanOrEqual(50 + 2 * (TELL + RELAY));
      expect(gateway.flood(1_000)).toBe(0);
      gateway.pass(10_000 - 1_400);
    }
  });

  test('say little of clients that are far from their limit', () => {
    const gateway = new Gateway(3, bound(10_000));
    expect(gateway.flood(1_000)).toBe(3_000);
    // Once to begin with, and then for each twelfth of what remains.
    expect(gateway.messages).toBeLessThan(30);
  });

  test('tell what they have kept to themselves when others come near the limit', () => {
    const gateway = new Gateway(2, bound(1_000));
    const [one, two] = gateway.pods as [Pod, Pod];
    let passed = 0;
    const use = (pod: Pod, count: number, pause: number) => {
      for (let index = 0; index < count; index++) {
        if (pod.request()) passed++;
        gateway.pass(pause);
      }
    };
    use(one, 1, TELL + RELAY);
    use(two, 520, 1);
    gateway.pass(TELL + RELAY);
    // A few of many: not worth telling, as long as there are so many left.
    use(one, 15, 1);
    use(two, 600, 50);
    expect(passed).toBeGreaterThanOrEqual(1_000);
    expect(passed).toBeLessThanOrEqual(1_000 + (TELL + RELAY) / 50);
  });

  test('count by themselves while nobody is there, and together when somebody is again', () => {
    const gateway = new Gateway(2, bound(10, { interval: 10_000 }));
    gateway.isCut = true;
    expect(gateway.flood(50)).toBe(20);
    gateway.pass(10_000);
    expect(gateway.flood(5)).toBe(10);
    gateway.isCut = false;
    for (const pod of gateway.pods) for (const key of pod.ledger.keys()) gateway.told(pod, key);
    gateway.pass(TELL + RELAY);
    expect(gateway.flood(10)).toBe(0);
    gateway.pass(10_000);
    expect(gateway.pods[0]!.request()).toBe(true);
    gateway.pass(TELL + RELAY);
    let passed = 1;
    while (gateway.pods[1]!.request()) passed++;
    expect(passed).toBe(10);
  });

  test('take the word of one that has just started', () => {
    const gateway = new Gateway(2, bound(10, { interval: 1_000 }));
    const [old, fresh] = gateway.pods as [Pod, Pod];
    for (let interval = 0; interval < 5; interval++) {
      gateway.isCut = true;
      expect(old.request()).toBe(true);
      gateway.pass(1_001);
    }
    gateway.isCut = false;
    for (let index = 0; index < 10; index++) expect(fresh.request()).toBe(true);
    gateway.pass(TELL + RELAY);
    expect(old.request()).toBe(false);
  });

  test('remember a bounded number of clients', () => {
    const ledger = new SharedLedger(
      () => 1_000,
      () => {},
      100,
    );
    for (let index = 0; index < 1_000; index++) ledger.of('m', `client-${index}`, bound(10));
    expect(ledger.size).toBeLessThanOrEqual(200);
  });

  test('name no client', () => {
    const keys: string[] = [];
    const ledger = new SharedLedger(
      () => 1_000,
      (key) => keys.push(key),
    );
    const desk = new LeaseDesk(1, () => 1_000, ledger);
    desk.hear(0, {
      asks: [{ ...bound(10), meter: 'm', client: 'h=secret', id: 1, wanted: 1 }],
      returns: [],
      notes: [],
    });
    const { end } = ledger.find('m', 'h=secret')!;
    desk.hear(0, { asks: [], returns: [], notes: [{ meter: 'm', client: 'h=secret', permits: 1, end }] });
    expect(keys).toHaveLength(1);
    expect(JSON.stringify([keys, ledger.tally(keys[0]!)])).not.toContain('secret');
  });
});
