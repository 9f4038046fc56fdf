/** Values of the characters of base64 (RFC 4648 section 4), -1 for every other byte. */
const VALUES = new Int8Array(256).fill(-1);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let value = 0; value < 64; value++) VALUES[ALPHABET.charCodeAt(value)] = value;

const PAD = 0x3d;

/**
 * Reads base64 that comes in any split and in any number of segments, each with its padding: a padded group of four may be
 * followed by another one. It is strict: nothing but the alphabet, and no group that is not complete.
 */
export class Base64Reader {
  /** Bits of the characters of the group under way. */
  private bits: number;
  /** Characters of it, padding included. */
  private count: number;
  private pads: number;

  constructor() {
    this.bits = 0;
    this.count = 0;
    this.pads = 0;
  }

  /** Whether nothing is missing of the last group. */
  get isWhole(): boolean {
    return this.count === 0;
  }

  /** The bytes that `buffer[start, end)` completes, in memory of their own; null: it is not base64. */
  read(buffer: Uint8Array, start: number, end: number): Buffer | null {
    const bytes = Buffer.allocUnsafe(Math.ceil(((this.count + end - start) * 3) / 4));
    let length = 0;
    let { bits, count, pads } = this;
    for (let at = start; at < end; at++) {
      const byte = buffer[at]!;
      const value = VALUES[byte]!;
      if (value >= 0 && pads === 0) bits = (bits << 6) | value;
      else if (byte === PAD && count >= 2) {
        pads++;
        bits <<= 6;
      } else return null;
      if (++count < 4) continue;
      bytes[length++] = bits >> 16;
      if (pads < 2) bytes[length++] = bits >> 8;
      if (pads < 1) bytes[length++] = bits;
      bits = 0;
      count = 0;
      pads = 0;
    }
    this.bits = bits;
    this.count = count;
    this.pads = pads;
    return bytes.subarray(0, length);
  }
}

/** A segment of its own, with its padding. */
export function base64Segment(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('base64'), 'latin1');
}
