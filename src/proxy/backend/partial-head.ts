const NOTHING = Buffer.alloc(0);

/** The bytes of a response's head that is not complete, in memory that is used over and over. */
export class PartialHead {
  buffer: Buffer;
  length: number;

  constructor() {
    this.buffer = NOTHING;
    this.length = 0;
  }

  /** Puts `source[start, end)` behind what is held, and returns the memory that has it all. */
  join(source: Buffer, start: number, end: number): Buffer {
    const length = this.length + end - start;
    this.ensure(length);
    source.copy(this.buffer, this.length, start, end);
    this.length = length;
    return this.buffer;
  }

  /** Holds `source[start, end)` and nothing else. */
  hold(source: Buffer, start: number, end: number): void {
    if (source !== this.buffer || start !== 0) {
      this.length = 0;
      this.ensure(end - start);
      source.copy(this.buffer, 0, start, end);
    }
    this.length = end - start;
  }

  private ensure(length: number): void {
    if (this.buffer.length >= length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(1_024, length * 2));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}
