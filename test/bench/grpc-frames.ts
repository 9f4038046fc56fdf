/** Frames of HTTP/2 as the gRPC backend sends them (RFC 9113 section 4.1, RFC 7541). */
import { MESSAGE } from './grpc.ts';

export const FRAME_HEAD = 9;
const END_STREAM = 1;
const END_HEADERS = 4;

/** `:status: 200` is field 8 of the static table, `content-type` the name of field 31. */
export const HEADERS = {
  flags: END_HEADERS,
  block: Buffer.concat([Buffer.from([0x88, 0x0f, 31 - 15]), text('application/grpc')]),
};

export const TRAILERS = {
  flags: END_HEADERS | END_STREAM,
  block: Buffer.concat([Buffer.from([0]), text('grpc-status'), text('0')]),
};

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEAD + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  payload.copy(bytes, FRAME_HEAD);
  return bytes;
}

/** One message of an answer. */
export function dataFrame(stream: number): Buffer {
  return frame(0, 0, stream, MESSAGE);
}

/** A string of fewer than 127 bytes, not compressed. */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')]);
}
