/**
 * What waits to be told to somebody who may be slow, or gone. It never waits for him: what there is no room for is dropped,
 * and counted.
 */
export type OutboxOptions = {
  /** Messages under way at once. */
  readonly concurrency: number;
  /** Messages, and bytes of them, that may wait or be under way. */
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** How often a message that was not taken is sent again. */
  readonly retries: number;
  /** Milliseconds before the first repetition; each further one waits twice as long. */
  readonly backoff: number;
};

/** How sending went: `again` is a failure that may pass. */
export type Outcome = 'sent' | 'again' | 'refused';

export type Count = (outcome: 'sent' | 'dropped', items: number) => void;

export type Send = (message: Buffer, done: (outcome: Outcome) => void) => void;

type Waiting = { readonly message: Buffer /** What a drop counts. */; readonly items: number; attempts: number };

export class Outbox {
  readonly #send: Send;
  readonly #count: Count;
  readonly #options: OutboxOptions;
  #waiting: Waiting[];
  #messages: number;
  #bytes: number;
  #underWay: number;
  readonly #timers: Set<NodeJS.Timeout>;
  #closed: boolean;

  /** `count` is told of the items (of messages that hold several) that were sent, and that were given up. */
  constructor(send: Send, count: Count, options: OutboxOptions) {
    this.#send = send;
    this.#count = count;
    this.#options = options;
    this.#waiting = [];
    this.#messages = 0;
    this.#bytes = 0;
    this.#underWay = 0;
    this.#timers = new Set();
    this.#closed = false;
  }

  /** Whether a message of about so many bytes would be taken now; asked before one is made. */
  hasRoom(bytes: number): boolean {
    const { maxBytes, maxMessages } = this.#options;
    return !this.#closed && this.#messages < maxMessages && this.#bytes + bytes <= maxBytes;
  }

  /** Takes a message that stands for so many items, or drops it. */
  offer(message: Buffer, items = 1): void {
    if (!this.hasRoom(message.length)) {
      this.drop(items);
      return;
    }
    this.#messages++;
    this.#bytes += message.length;
    this.#waiting.push({ message, items, attempts: 0 });
    this.#next();
  }

  /** Counts items that nobody made a message of, because there is no room for it. */
  drop(items: number): void {
    this.#count('dropped', items);
  }

  /** Nothing is taken any more, and nothing sent again. */
  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const { items } of this.#waiting) this.drop(items);
    this.#waiting = [];
  }

  #next(): void {
    while (this.#underWay < this.#options.concurrency && this.#waiting.length > 0) {
      const waiting = this.#waiting.shift()!;
      this.#underWay++;
      let isOver = false;
      this.#send(waiting.message, (outcome) => {
        if (isOver) return;
        isOver = true;
        this.#underWay--;
        this.#done(waiting, outcome);
        this.#next();
      });
    }
  }

  #done(waiting: Waiting, outcome: Outcome): void {
    if (outcome === 'again' && waiting.attempts < this.#options.retries && !this.#closed) {
      const timer = setTimeout(
        () => {
          this.#timers.delete(timer);
          this.#waiting.push(waiting);
          this.#next();
        },
        this.#options.backoff * 2 ** waiting.attempts,
      );
      // A process that has nothing else to do may end.
      timer.unref();
      this.#timers.add(timer);
      waiting.attempts++;
      return;
    }
    this.#messages--;
    this.#bytes -= waiting.message.length;
    this.#count(outcome === 'sent' ? 'sent' : 'dropped', waiting.items);
  }
}
