/** Holds a head and all that one read of a body brings. */
const INITIAL = 80 * 1024;
/** Below this a loop beats the call into native code. */
const SHORT = 40;
/** From here on numbers do not fit into the processor's small ones. */
const MOST_DIGITS = 1_000_000_000;

/**
 * Builds messages in one buffer that is used over and over, so that a message is one write and costs one view.
 *
 * Whoever hands `view()` to a socket says `lend()` when the socket may still hold on to it; the writer then goes on in a
 * buffer of its own.
 */
export class MessageWriter {
  buffer: Buffer;
  length: number;

  constructor() {
    this.buffer = Buffer.allocUnsafeSlow(INITIAL);
    this.length = 0;
  }

  reset(): void {
    this.length = 0;
  }

  view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** What is written so far, in memory of its own. */
  copy(): Buffer {
    return Buffer.from(this.view());
  }

  lend(): void {
    this.buffer = Buffer.allocUnsafeSlow(INITIAL);
    this.length = 0;
  }

  /** Latin-1 text; every character is one byte. */
  text(value: string): void {
    const length = value.length;
    if (this.length + length > this.buffer.length) this.grow(length);
    if (length < SHORT) {
      const buffer = this.buffer;
      let at = this.length;
      for (let index = 0; index < length; index++) buffer[at++] = value.charCodeAt(index);
      this.length = at;
    } else {
      this.length += this.buffer.write(value, this.length, 'latin1');
    }
  }

  /** Any text, as UTF-8. */
  utf8(value: string): void {
    const length = value.length;
    if (length >= SHORT) {
      if (this.length + 3 * length > this.buffer.length) this.grow(3 * length);
      this.length += this.buffer.write(value, this.length, 'utf8');
      return;
    }
    if (this.length + length > this.buffer.length) this.grow(length);
    const buffer = this.buffer;
    const start = this.length;
    for (let index = 0; index < length; index++) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) {
        const bytes = Buffer.from(value);
        this.bytes(bytes, 0, bytes.length);
        return;
      }
      buffer[start + index] = code;
    }
    this.length = start + length;
  }

  bytes(source: Buffer, start: number, end: number): void {
    const length = end - start;
    if (this.length + length > this.buffer.length) this.grow(length);
    if (length < SHORT) {
      const buffer = this.buffer;
      let at = this.length;
      for (let index = start; index < end; index++) buffer[at++] = source[index]!;
      this.length = at;
    } else {
      source.copy(this.buffer, this.length, start, end);
      this.length += length;
    }
  }

  /** A whole number of at most 2^53, in decimal digits. */
  decimal(value: number): void {
    if (value < 10) {
      this.byte(0x30 + value);
      return;
    }
    if (value >= MOST_DIGITS) {
      this.text(String(value));
      return;
    }
    let digits = 2;
    for (let bound = 100; value >= bound; bound *= 10) digits++;
    if (this.length + digits > this.buffer.length) this.grow(digits);
    const { buffer } = this;
    this.length += digits;
    let rest = value | 0;
    for (let at = this.length - 1; digits > 0; digits--) {
      const next = (rest / 10) | 0;
      buffer[at--] = 0x30 + rest - 10 * next;
      rest = next;
    }
  }

  /** The line before a chunk of that many bytes, of which there is at least one (RFC 9112 section 7.1). */
  chunkLine(length: number): void {
    this.text(length.toString(16));
    this.text('\r\n');
  }

  byte(value: number): void {
    if (this.length === this.buffer.length) this.grow(1);
    this.buffer[this.length++] = value;
  }

  private grow(more: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, this.length + more));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}
