import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TimerWheel } from '../../timer-wheel.ts';
import type { Bound } from './bound.ts';
import { ASKED, BLOCKED, FREE, type Parked, park } from './counter.ts';
import { LeaseDesk } from './desk.ts';
import type { FromLessee } from './lease.ts';
import { ASK_TIMEOUT, LeasedCounts } from './leased-counts.ts';
import { PodLedger } from './ledger.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setImmediate', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const BOUND: Bound = { requests: 10, interval: 60_000, penalty: 0 };

/** Workers and the desk that lends to them; messages are lost while `isDeaf`. */
class Pod {
  readonly workers: LeasedCounts[];
  readonly desk: LeaseDesk;
  messages = 0;
  isDeaf = false;

  constructor(count: number) {
    const now = () => performance.now();
    this.desk = new LeaseDesk(count, now, new PodLedger());
    this.workers = Array.from(
      { length: count },
      (_, index) => new LeasedCounts(count, new TimerWheel(20), now, (message) => this.tell(index, message)),
    );
  }

  /** As many requests at once to a worker; how many have passed, been refused, and wait. */
  request(worker: number, count = 1, bound = BOUND): Requests {
    const counts = this.workers[worker]!;
    const requests = new Requests(counts, bound);
    for (let index = 0; index < count; index++) requests.one();
    return requests;
  }

  private tell(worker: number, message: FromLessee): void {
    if (this.isDeaf) return;
    this.messages++;
    this.desk.hear(worker, message);
    this.deliver();
  }

  private deliver(): void {
    const outboxes = this.desk.deliver();
    for (const [worker, outbox] of outboxes) this.workers[worker]!.hear(outbox);
  }
}

class Requests {
  passed = 0;
  refused = 0;
  waiting = 0;
  private readonly counts: LeasedCounts;
  private readonly bound: Bound;

  constructor(counts: LeasedCounts, bound: Bound) {
    this.counts = counts;
    this.bound = bound;
  }

  one(): void {
    const { counts, bound } = this;
    const now = performance.now();
    const meter = counts.book.meter('m');
    const counter = meter.of('c');
    const state = counts.look(meter, 'c', counter, bound, now);
    if (state === FREE) {
      counts.use(counter);
      this.passed++;
    } else if (state === BLOCKED) this.refused++;
    else {
      expect(state).toBe(ASKED);
      this.waiting++;
      const parked: Parked = {
        resume: () => {
          this.waiting--;
          this.one();
        },
      };
      park(counter, parked);
    }
  }

  get all(): number[] {
    return [this.passed, this.refused, this.waiting];
  }
}

describe('a worker', () => {
  test('asks once for all that wait, and passes what it may', () => {
    const pod = new Pod(2);
    const requests = pod.request(0, 12);
    expect(requests.all).toEqual([0, 0, 12]);
    vi.runAllTicks();
    vi.advanceTimersByTime(1);
    expect(requests.all).toEqual([10, 2, 0]);
    // The first message has asked for all of them; the second has heard that there is no more.
    expect(pod.messages).toBeLessThanOrEqual(2);
  });

  test('gives back what another needs', () => {
    const pod = new Pod(2);
    pod.request(0);
    vi.advanceTimersByTime(1);
    const other = pod.request(1, 9);
    vi.advanceTimersByTime(1);
    expect(other.all).toEqual([9, 0, 0]);
    const more = [pod.request(0), pod.request(1)];
    vi.advanceTimersByTime(1);
    expect(more.map(({ all }) => all)).toEqual([
      [0, 1, 0],
      [0, 1, 0],
    ]);
  });

  test('passes its share when nobody answers, and no more', () => {
    const pod = new Pod(2);
    pod.isDeaf = true;
    const requests = pod.request(0, 8);
    vi.advanceTimersByTime(ASK_TIMEOUT - 1);
    expect(requests.all).toEqual([0, 0, 8]);
    vi.advanceTimersByTime(2 * 20 + 1);
    // Half of ten have passed, and nobody waits any more.
    expect(requests.all).toEqual([5, 3, 0]);
    vi.advanceTimersByTime(60_000);
    expect(pod.request(0, 6).all).toEqual([5, 1, 0]);
    vi.advanceTimersByTime(ASK_TIMEOUT + 2 * 20 + 1);
    pod.isDeaf = false;
    vi.advanceTimersByTime(60_000 - ASK_TIMEOUT);
    // The first request is the question that is answered; the others wait for what it brings.
    expect(pod.request(0).all).toEqual([1, 0, 0]);
    vi.advanceTimersByTime(1);
    const later = pod.request(0, 11);
    vi.advanceTimersByTime(1);
    expect(later.all).toEqual([10, 1, 0]);
  });

  test('has its share also when it has used up what it was lent before', () => {
    const pod = new Pod(2);
    const first = pod.request(0, 3);
    vi.advanceTimersByTime(1);
    expect(first.passed).toBe(3);
    pod.isDeaf = true;
    const requests = pod.request(0, 20);
    vi.advanceTimersByTime(2 * (ASK_TIMEOUT + 2 * 20 + 1));
    expect(requests.waiting).toBe(0);
    expect(requests.passed).toBeGreaterThanOrEqual(5);
    expect(first.passed + requests.passed).toBeLessThanOrEqual(15);
  });
});
