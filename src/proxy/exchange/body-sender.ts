import type { Socket } from 'node:net';
import type { BodyReader } from '../http1/body.ts';
import type { MessageWriter } from '../http1/writer.ts';

/** Up to here copying a range behind the head is cheaper than a second buffer in the write. */
const COPIED = 16_384;

/**
 * Sends what `writer` holds and then the ranges that `body` found in `buffer`, in one write where it can be. With
 * `isVolatile` the buffer is used again after the call. With `inChunks` each range becomes a chunk of its own.
 */
export function sendBody(
  socket: Socket,
  writer: MessageWriter,
  body: BodyReader,
  buffer: Buffer,
  isVolatile: boolean,
  inChunks: boolean,
): void {
  const { segments, segmentCount } = body;
  let total = 0;
  for (let index = 0; index < segmentCount; index++) total += segments[index * 2 + 1]! - segments[index * 2]!;
  if (isVolatile || total <= COPIED) {
    for (let index = 0; index < segmentCount; index++) {
      const start = segments[index * 2]!;
      const end = segments[index * 2 + 1]!;
      if (inChunks) writer.chunkLine(end - start);
      writer.bytes(buffer, start, end);
      if (inChunks) writer.text('\r\n');
    }
    if (writer.length > 0) sendWriter(socket, writer);
    return;
  }
  socket.cork();
  for (let index = 0; index < segmentCount; index++) {
    const start = segments[index * 2]!;
    const end = segments[index * 2 + 1]!;
    if (inChunks) writer.chunkLine(end - start);
    if (writer.length > 0) socket.write(writer.copy());
    writer.reset();
    socket.write(buffer.subarray(start, end));
    if (inChunks) writer.text('\r\n');
  }
  if (writer.length > 0) socket.write(writer.copy());
  writer.reset();
  socket.uncork();
}

/** Sends what `writer` holds. When the socket could not take all of it at once, the writer leaves it its buffer. */
export function sendWriter(socket: Socket, writer: MessageWriter): void {
  const wasEmpty = socket.writableLength === 0;
  socket.write(writer.view());
  if (!wasEmpty || socket.writableLength !== 0) writer.lend();
  writer.reset();
}
