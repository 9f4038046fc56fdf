/** Writes messages of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/). */

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const FIRST_SIZE = 4_096;

export class ProtobufWriter {
  #buffer: Buffer;
  #length: number;

  constructor() {
    this.#buffer = Buffer.allocUnsafe(FIRST_SIZE);
    this.#length = 0;
  }

  /** A copy of what was written; the writer is empty after that. */
  take(): Buffer {
    const bytes = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return bytes;
  }

  /** A message within the message. */
  message(field: number, write: () => void): void {
    this.#tag(field, BYTES);
    const start = this.#length;
    // Most are short: their length takes one byte.
    this.#reserve(1);
    this.#length++;
    write();
    const size = this.#length - start - 1;
    const more = varintSize(size) - 1;
    if (more > 0) {
      this.#reserve(more);
      this.#buffer.copyWithin(start + 1 + more, start + 1, this.#length);
      this.#length += more;
    }
    this.#putVarint(start, size);
  }

  string(field: number, value: string): void {
    this.#tag(field, BYTES);
    const size = Buffer.byteLength(value);
    this.#varint(size);
    this.#reserve(size);
    this.#length += this.#buffer.write(value, this.#length, size, 'utf8');
  }

  /** Bytes that stand in hexadecimal digits. */
  hex(field: number, digits: string): void {
    this.#tag(field, BYTES);
    const size = digits.length / 2;
    this.#varint(size);
    this.#reserve(size);
    this.#length += this.#buffer.write(digits, this.#length, size, 'hex');
  }

  /** A whole number from 0 to 2^53 - 1. */
  integer(field: number, value: number): void {
    this.#tag(field, VARINT);
    this.#varint(value);
  }

  fixed32(field: number, value: number): void {
    this.#tag(field, FIXED32);
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  fixed64(field: number, value: bigint): void {
    this.#tag(field, FIXED64);
    this.#reserve(8);
    this.#length = this.#buffer.writeBigUInt64LE(value, this.#length);
  }

  #tag(field: number, type: number): void {
    this.#varint(field * 8 + type);
  }

  #varint(value: number): void {
    this.#reserve(8);
    this.#length = this.#putVarint(this.#length, value);
  }

  /** Returns where the next byte goes. */
  #putVarint(at: number, value: number): number {
    let rest = value;
    let next = at;
    while (rest > 0x7f) {
      this.#buffer[next++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#buffer[next++] = rest;
    return next;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + size));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
