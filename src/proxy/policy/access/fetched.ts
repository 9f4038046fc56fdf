import type { KeySetSource } from '../../../ir/policy/access.ts';
import { Subrequest } from '../../exchange/subrequest.ts';
import type { StageContext } from '../kinds.ts';

export type FetchSource = Omit<Extract<KeySetSource, { kind: 'backend' }>, 'kind'>;

/** Milliseconds between two tries: clients can make one necessary, such as by naming a key that nobody has. */
const PAUSE = 2_000;
/** Requests that wait for it at once. */
const MAX_WAITING = 4_096;
/** Bytes of a document. */
const MAX_BODY = 262_144;

/**
 * A document that a backend has, such as a key set. It is fetched when the first request needs it, again after an interval,
 * and when somebody misses something in it; requests wait only when there is nothing to judge them by. When it cannot be
 * fetched, the last one is used for a time. Outlives tables.
 */
export class Fetched<T> {
  /** Another number for another content. */
  version: number;
  private readonly read: (text: string) => T;
  private content: T | null;
  private text: string;
  private source: FetchSource | null;
  private context: StageContext | null;
  private fetchedAt: number;
  private triedAt: number;
  private isFetching: boolean;
  private waiting: (() => void)[];

  /** `read` throws for what is no such document: then it is as if there had been no answer. */
  constructor(read: (text: string) => T) {
    this.version = 0;
    this.read = read;
    this.content = null;
    this.text = '';
    this.source = null;
    this.context = null;
    this.fetchedAt = 0;
    this.triedAt = Number.NEGATIVE_INFINITY;
    this.isFetching = false;
    this.waiting = [];
  }

  /** What a new table says of it. */
  use(source: FetchSource, context: StageContext): void {
    this.source = source;
    this.context = context;
  }

  /** Null: there is none that may be used now. */
  current(now: number): T | null {
    if (this.content === null) return null;
    const { refreshInterval, staleIfError } = this.source!;
    const age = now - this.fetchedAt;
    if (age > refreshInterval) {
      if (age > refreshInterval + staleIfError) return null;
      this.fetch(now);
    }
    return this.content;
  }

  /**
   * Looks for a newer one; `done` is called when that is over, whatever came of it. False: that is not possible, or not so
   * soon again, and `done` is not called.
   */
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
    if (this.content === null || text !== this.text) {
      try {
        this.content = this.read(text);
      } catch {
        return;
      }
      this.text = text;
      this.version++;
    }
    this.fetchedAt = Date.now();
  }
}
