const NOTHING = Buffer.alloc(0);

/** The bytes of a request body so far, framing included, for as long as they may have to be sent (again). */
export class RetainedBody {
  bytes: Buffer;
  length: number;
  /** Whether nothing is missing. */
  isWhole: boolean;

  constructor() {
    this.bytes = NOTHING;
    this.length = 0;
    this.isWhole = true;
  }

  reset(): void {
    this.bytes = NOTHING;
    this.length = 0;
    this.isWhole = true;
  }

  /** Lets go of everything: the body cannot be sent again. */
  drop(): void {
    this.bytes = NOTHING;
    this.length = 0;
    this.isWhole = false;
  }

  append(source: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    if (this.bytes.length < length) {
      const grown = Buffer.allocUnsafe(Math.max(512, length + (length >> 1)));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    source.copy(this.bytes, this.length, start, end);
    this.length = length;
  }
}
