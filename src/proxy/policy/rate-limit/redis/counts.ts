import type { Endpoint } from '../../../../ir/table.ts';
import type { BackendSecurity } from '../../../backend/security.ts';
import type { TimerWheel } from '../../../timer-wheel.ts';
import type { Bound } from '../bound.ts';
import { type RedisAccess, RedisConnection, type RedisOwner, type Waiter } from './connection.ts';
import type { Reply } from './reply.ts';
import { countCommand, countsOf } from './script.ts';

/** Whoever wants to know whether a request passes. */
export interface Counted {
  /** As the script answers; null: nobody knows. */
  counted(counts: readonly number[] | null): void;
}

/** Where a Redis is now. The first endpoint is asked, so that all proxies ask the same one. */
export type RedisPlace = {
  readonly endpoint: Endpoint;
  readonly security: BackendSecurity | null;
};

export type RedisState = {
  /** Told why it is of no use for a while. */
  failed(reason: string): void;
};

/** Milliseconds until it is tried again after it failed, doubled with every failure that follows. */
const RETRY_FIRST = 100;
const RETRY_LAST = 2_000;
/** Milliseconds without a request after which the connection is closed. */
const IDLE = 60_000;

/**
 * Counts requests in a Redis that other proxies count in too. When it fails, nobody is kept waiting: until it can be used again,
 * `count` says so at once, and the next connection is opened beside the requests.
 */
export class RedisCounts implements RedisOwner {
  private readonly places: () => readonly RedisPlace[];
  private readonly access: RedisAccess;
  private readonly timeout: number;
  private readonly wheel: TimerWheel;
  private readonly state: RedisState;
  private connection: RedisConnection | null;
  /** Whether it has answered since it failed last, or has never failed. */
  private isTrusted: boolean;
  private failures: number;
  private retryAt: number;
  private usedAt: number;
  /** Set while there is a connection. */
  private idle: NodeJS.Timeout | undefined;

  constructor(
    places: () => readonly RedisPlace[],
    access: RedisAccess,
    timeout: number,
    wheel: TimerWheel,
    state: RedisState,
  ) {
    this.places = places;
    this.access = access;
    this.timeout = timeout;
    this.wheel = wheel;
    this.state = state;
    this.connection = null;
    this.isTrusted = true;
    this.failures = 0;
    this.retryAt = 0;
    this.usedAt = 0;
    this.idle = undefined;
  }

  /** Counts a request. False when it cannot be done now: then `counted` is not called. */
  count(keys: readonly string[], bounds: readonly Bound[], counted: Counted): boolean {
    const now = performance.now();
    this.usedAt = now;
    if (this.connection === null) {
      if (now < this.retryAt) return false;
      const places = this.places();
      if (places.length === 0) return false;
      this.open(places[this.failures % places.length]!);
    }
    if (!this.isTrusted) return false;
    return this.connection!.send(countCommand(keys, bounds), new Question(this, keys.length, counted));
  }

  /** It answered as it should. */
  succeeded(): void {
    this.failures = 0;
  }

  private open({ endpoint, security }: RedisPlace): void {
    const { access, timeout, wheel } = this;
    this.idle = setInterval(() => this.closeIdle(), IDLE);
    this.idle.unref();
    this.connection = new RedisConnection(endpoint, security, access, timeout, wheel, this);
  }

  opened(): void {
    this.isTrusted = true;
  }

  late(): void {
    this.isTrusted = false;
  }

  ended(reason: string): void {
    clearInterval(this.idle);
    this.connection = null;
    this.isTrusted = false;
    this.retryAt = performance.now() + Math.min(RETRY_LAST, RETRY_FIRST * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 16);
    this.state.failed(reason);
  }

  private closeIdle(): void {
    if (this.connection === null || performance.now() - this.usedAt < IDLE) return;
    clearInterval(this.idle);
    this.connection.close();
    this.connection = null;
  }
}

class Question implements Waiter {
  private readonly counts: RedisCounts;
  private readonly keys: number;
  private readonly asker: Counted;

  constructor(counts: RedisCounts, keys: number, asker: Counted) {
    this.counts = counts;
    this.keys = keys;
    this.asker = asker;
  }

  replied(reply: Reply | null): void {
    const numbers = reply === null ? null : countsOf(reply, this.keys);
    if (numbers !== null) this.counts.succeeded();
    this.asker.counted(numbers);
  }
}
