/** Bytes of what stands before each message: flags, and its length. */
const PREFIX = 5;

/** Knows whether a stream of messages that is passed on stands between two of them (gRPC, Length-Prefixed-Message). */
export class MessageBoundary {
  /** Bytes of the prefix that have passed. */
  private prefix: number;
  /** Of the message; while the prefix passes, as far as it has said. */
  private remaining: number;

  constructor() {
    this.prefix = 0;
    this.remaining = 0;
  }

  /** Whether everything that was begun is complete. */
  get isReached(): boolean {
    return this.prefix === 0;
  }

  /** `buffer[start, end)` is passed on. */
  pass(buffer: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.prefix < PREFIX) {
        if (this.prefix > 0) this.remaining = this.remaining * 256 + buffer[at]!;
        this.prefix++;
        at++;
      } else {
        const step = Math.min(this.remaining, end - at);
        this.remaining -= step;
        at += step;
      }
      if (this.prefix === PREFIX && this.remaining === 0) this.prefix = 0;
    }
  }
}
