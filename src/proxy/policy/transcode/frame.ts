/** A message as gRPC sends it: whether it is compressed, its length, itself. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(5 + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, 5);
  return frame;
}

/** The one message of a response; null for none, several, or one that is compressed, which was not asked for. */
export function unframed(body: Buffer): Buffer | null {
  if (body.length < 5 || body[0] !== 0 || body.readUInt32BE(1) !== body.length - 5) return null;
  return body.subarray(5);
}
