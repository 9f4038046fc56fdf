import type { KeySetSource } from '../../../../ir/policy/access.ts';
import { readKeySet, type VerificationKey } from '../../../../ir/policy/key-set.ts';
import { Subrequest } from '../../../exchange/subrequest.ts';
import type { StageContext } from '../../kinds.ts';
import type { Keys } from './keys.ts';

type Source = Extract<KeySetSource, { kind: 'backend' }>;

/** Milliseconds between two looks for newer keys: clients can make one necessary by naming a key that nobody has. */
const PAUSE = 2_000;
/** Requests that wait for keys at once. */
const MAX_WAITING = 4_096;
/** Bytes of a set. */
const MAX_BODY = 262_144;

/**
 * A key set that a backend has. It is fetched when the first request needs it, again after an interval, and when a token
 * names a key that is not in it; requests wait only when there is nothing to judge them by. When it cannot be fetched, the
 * last one is used for a time. Outlives tables.
 */
export class FetchedKeys implements Keys {
  version: number;
  private keys: readonly VerificationKey[] | null;
  private text: string;
  private source: Source | null;
  private context: StageContext | null;
  private fetchedAt: number;
  private triedAt: number;
  private isFetching: boolean;
  private waiting: (() => void)[];

  constructor() {
    this.version = 0;
    this.keys = null;
    this.text = '';
    this.source = null;
    this.context = null;
    this.fetchedAt = 0;
    this.triedAt = Number.NEGATIVE_INFINITY;
    this.isFetching = false;
    this.waiting = [];
  }

  /** What a new table says of it. */
  use(source: Source, context: StageContext): void {
    this.source = source;
    this.context = context;
  }

  current(now: number): readonly VerificationKey[] | null {
    if (this.keys === null) return null;
    const { refreshInterval, staleIfError } = this.source!;
    const age = now - this.fetchedAt;
    if (age > refreshInterval) {
      if (age > refreshInterval + staleIfError) return null;
      this.fetch(now);
    }
    return this.keys;
  }

  renew(now: number, done: () => void): boolean {
    if (this.waiting.length >= MAX_WAITING) return false;
    // Before: the answer may be there at once.
    this.waiting.push(done);
    if (this.isFetching || this.fetch(now)) return true;
    this.waiting.pop();
    return false;
  }

  /** False when it is too soon to try again. */
  private fetch(now: number): boolean {
    if (this.isFetching) return true;
    if (now - this.triedAt < PAUSE) return false;
    const { backend: key, host, path, timeout } = this.source!;
    const { backend, runtime } = this.context!;
    const served = backend(key);
    if (served === null) return false;
    this.triedAt = now;
    this.isFetching = true;
    const options = {
      backend: key,
      method: 'GET',
      path,
      host,
      headers: [['Accept', 'application/json']] as const,
      body: null,
      timeout,
      maxBody: MAX_BODY,
    };
    const subrequest = new Subrequest(runtime, options, (result) => {
      this.isFetching = false;
      if (!('failure' in result) && result.status === 200) this.take(result.body.toString('utf8'));
      const { waiting } = this;
      this.waiting = [];
      for (const done of waiting) done();
    });
    subrequest.start(served);
    return true;
  }

  private take(text: string): void {
    let keys = this.keys;
    if (keys === null || text !== this.text) {
      try {
        keys = readKeySet(text);
      } catch {
        // Not a set: as if there had been no answer.
        return;
      }
      this.keys = keys;
      this.text = text;
      this.version++;
    }
    this.fetchedAt = Date.now();
  }
}
