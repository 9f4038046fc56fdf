const NOTHING = Buffer.alloc(0);
/** More than this is given back when nothing is held any more. */
const KEPT = 16_384;

/**
 * What a client has sent and nobody has read yet. What arrives is read where it is; only what has to wait (part of a
 * head, requests that come early) is copied.
 */
export class Input {
  buffer: Buffer;
  start: number;
  end: number;
  private held: Buffer;
  private heldLength: number;
  private detached: Buffer;

  constructor() {
    this.buffer = NOTHING;
    this.start = 0;
    this.end = 0;
    this.held = NOTHING;
    this.heldLength = 0;
    this.detached = NOTHING;
  }

  get isEmpty(): boolean {
    return this.start === this.end;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** Whether the bytes are in memory of the input's own, which is used again. */
  get isHeld(): boolean {
    return this.buffer === this.held;
  }

  /** Takes `chunk[0, count)`, behind what is held. */
  feed(chunk: Buffer, count: number): void {
    if (this.heldLength === 0) {
      this.buffer = chunk;
      this.start = 0;
      this.end = count;
    } else {
      this.hold(chunk, 0, count);
      this.buffer = this.held;
      this.end = this.heldLength;
    }
  }

  /** Keeps what has not been read; the chunk may be gone afterwards. */
  keep(): void {
    const { buffer, start, end } = this;
    const left = end - start;
    if (buffer === this.held) {
      if (start > 0 && left > 0) buffer.copy(buffer, 0, start, end);
      this.heldLength = left;
    } else if (left > 0) {
      this.hold(buffer, start, end);
    }
    if (left === 0 && this.held.length > KEPT) this.held = NOTHING;
    this.buffer = left === 0 ? NOTHING : this.held;
    this.start = 0;
    this.end = left;
  }

  /** Takes the first bytes out, in memory that is theirs until the next call. */
  detach(length: number): Buffer {
    if (this.detached.length < length) this.detached = Buffer.allocUnsafeSlow(Math.max(512, length));
    this.buffer.copy(this.detached, 0, this.start, this.start + length);
    this.start += length;
    return this.detached;
  }

  /** Everything that has not been read, in memory of its own. */
  take(): Buffer {
    const bytes = Buffer.from(this.buffer.subarray(this.start, this.end));
    this.drop();
    return bytes;
  }

  /** Forgets everything. */
  drop(): void {
    this.start = this.end;
    this.heldLength = 0;
  }

  private hold(source: Buffer, start: number, end: number): void {
    const length = this.heldLength + end - start;
    if (this.held.length < length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(1_024, length * 2));
      this.held.copy(grown, 0, 0, this.heldLength);
      this.held = grown;
    }
    source.copy(this.held, this.heldLength, start, end);
    this.heldLength = length;
  }
}
