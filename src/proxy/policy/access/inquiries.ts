type Done<T> = (result: T) => void;

/**
 * Questions that take their time. The same one is asked once, however many requests wait for the answer; only some are asked
 * at once, and only so many wait.
 */
export class Inquiries<T> {
  private readonly atOnce: number;
  private readonly most: number;
  /** Who waits for an answer, by the digest of the question. */
  private readonly open: Map<string, Done<T>[]>;
  private readonly queue: (() => void)[];
  private underWay: number;

  /**
   * @param atOnce questions that are asked at once
   * @param most requests that wait at once
   */
  constructor(atOnce: number, most: number) {
    this.atOnce = atOnce;
    this.most = most;
    this.open = new Map();
    this.queue = [];
    this.underWay = 0;
  }

  /** `inquire` must call `settle` once, later. False: too many wait already, and `done` is not called. */
  ask(digest: string, inquire: (settle: Done<T>) => void, done: Done<T>): boolean {
    const waiting = this.open.get(digest);
    if (waiting !== undefined) {
      if (waiting.length >= this.most) return false;
      waiting.push(done);
      return true;
    }
    if (this.open.size >= this.most) return false;
    this.open.set(digest, [done]);
    const start = () => {
      this.underWay++;
      inquire((result) => this.settle(digest, result));
    };
    if (this.underWay < this.atOnce) start();
    else this.queue.push(start);
    return true;
  }

  private settle(digest: string, result: T): void {
    const waiting = this.open.get(digest) ?? [];
    this.open.delete(digest);
    this.underWay--;
    this.queue.shift()?.();
    for (const done of waiting) done(result);
  }
}
