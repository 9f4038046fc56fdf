/** The little of the wire format of protocol buffers that is needed: varints, and what has a length. */

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

/** One field of a message. */
export type WireField = { readonly number: number; readonly value: Buffer; readonly varint: number };

export function bytesField(number: number, value: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | LENGTH), varint(value.length), value]);
}

/** Nothing for an empty text, which is what a missing one means. */
export function textField(number: number, value: string): Buffer {
  return value === '' ? EMPTY : bytesField(number, Buffer.from(value, 'utf8'));
}

export function numberField(number: number, value: number): Buffer {
  return value === 0 ? EMPTY : Buffer.concat([varint((number << 3) | VARINT), varint(value)]);
}

export function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

const EMPTY = Buffer.alloc(0);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** The fields of a message in their order; null for bytes that are none. */
export function readMessage(bytes: Buffer): WireField[] | null {
  const fields: WireField[] = [];
  const reader = { at: 0 };
  while (reader.at < bytes.length) {
    const tag = readVarint(bytes, reader);
    if (tag === null) return null;
    const type = tag & 7;
    let size = 0;
    let value = 0;
    if (type === VARINT) {
      const read = readVarint(bytes, reader);
      if (read === null) return null;
      value = read;
    } else if (type === LENGTH) {
      const read = readVarint(bytes, reader);
      if (read === null) return null;
      size = read;
    } else if (type === FIXED64) size = 8;
    else if (type === FIXED32) size = 4;
    else return null;
    if (reader.at + size > bytes.length) return null;
    fields.push({ number: Math.floor(tag / 8), value: bytes.subarray(reader.at, reader.at + size), varint: value });
    reader.at += size;
  }
  return fields;
}

/** Numbers beyond 2^53 lose their last digits: none is wanted here. */
function readVarint(bytes: Buffer, reader: { at: number }): number | null {
  let value = 0;
  for (let shift = 0; shift < 10; shift++) {
    const byte = bytes[reader.at++];
    if (byte === undefined) return null;
    value += (byte & 127) * 2 ** (7 * shift);
    if (byte < 128) return value;
  }
  return null;
}
