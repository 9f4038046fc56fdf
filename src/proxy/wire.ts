/** Reading and writing sockets without a copy or an allocation where it can be helped. */
import { Socket } from 'node:net';
import type { BodyReader } from './http1/body.ts';
import type { MessageWriter } from './http1/writer.ts';

const READ_SIZE = 65_536;
const SPARES = 64;
/** Up to here copying a range behind the head is cheaper than a second buffer in the write. */
const COPIED = 16_384;
/** Up to here a message is copied for a socket that keeps it; above it gets the writer's buffer. */
const SMALL = 4_096;

/** The memory that all sockets of a process read into: one buffer for whatever is small, others for streams. */
export class ReadPool {
  readonly shared: Buffer;
  /** Buffers that streams have at the moment: unlike bodies, they do not say how long they are. */
  held: number;
  private readonly spares: Buffer[];

  constructor() {
    this.shared = Buffer.allocUnsafeSlow(READ_SIZE);
    this.held = 0;
    this.spares = [];
  }

  take(): Buffer {
    return this.spares.pop() ?? Buffer.allocUnsafeSlow(READ_SIZE);
  }

  give(buffer: Buffer): void {
    if (this.spares.length < SPARES) this.spares.push(buffer);
  }
}

/**
 * Where one socket's next bytes go. Usually that is the buffer that all sockets share, whose content is gone when the
 * reading callback returns; while a long body comes it is one of the connection's own, which may be written to another
 * socket as it is.
 */
export class ReadMemory {
  /** For the socket: asked after every read. */
  readonly next: () => Buffer;
  private readonly pool: ReadPool;
  private current: Buffer;

  constructor(pool: ReadPool) {
    this.pool = pool;
    this.current = pool.shared;
    this.next = () => this.current;
  }

  /** Whether the content of `buffer` does not outlive the callback. */
  isShared(buffer: Buffer): boolean {
    return buffer === this.pool.shared;
  }

  expectMuch(): void {
    if (this.current === this.pool.shared) this.current = this.pool.take();
  }

  expectLittle(): void {
    if (this.current === this.pool.shared) return;
    this.pool.give(this.current);
    this.current = this.pool.shared;
  }

  /** Somebody still holds on to what was read last: it is theirs, and reading goes on elsewhere. */
  lend(): void {
    if (this.current !== this.pool.shared) this.current = this.pool.take();
  }
}

/** What `onread` of a socket takes; the callback is told how many bytes came and where they are. */
export function onread(memory: ReadMemory, receive: (buffer: Buffer, count: number) => void) {
  return {
    buffer: memory.next,
    callback: (count: number, buffer: Uint8Array): boolean => {
      receive(buffer as Buffer, count);
      return true;
    },
  };
}

/**
 * Makes an accepted, paused socket read into `memory`. Node offers that for sockets that connect (`onread`), but not for
 * those that a server accepts, so a socket is made anew from the handle of the accepted one; it saves about two
 * microseconds a request. What the accepted socket has read already is received first. `_handle` is not documented:
 * without it, bytes come in buffers of their own.
 */
export function readInto(
  accepted: Socket,
  memory: ReadMemory,
  receive: (buffer: Buffer, count: number) => void,
): Socket {
  const bare = accepted as { _handle?: { reading?: boolean; readStop?: () => void } | null };
  const handle = bare._handle;
  if (handle === undefined || handle === null) {
    accepted.on('data', (chunk: Buffer) => receive(chunk, chunk.length));
    return accepted;
  }
  const early = accepted.readableLength > 0 ? (accepted.read() as Buffer | null) : null;
  // Before anything that the new socket reads: that takes a turn of the event loop.
  if (early !== null) process.nextTick(receive, early, early.length);
  if (handle.reading === true) {
    // The new socket starts anew, and so it also learns of an end that the old one has met.
    handle.reading = false;
    handle.readStop?.();
  }
  bare._handle = null;
  const options = { handle, allowHalfOpen: true, onread: onread(memory, receive) };
  return new Socket(options as unknown as ConstructorParameters<typeof Socket>[0]);
}

/**
 * Closes a plaintext socket with RST, which tells the other side that bytes are missing. Once its half was ended there is
 * nothing to reset, and trying to would leave the socket open: libuv refuses while FIN is on its way.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** A socket on the same connection that reads into memory of its own; the old one is done, and nobody hears of it again. */
export function reborn(socket: Socket): Socket {
  socket.removeAllListeners();
  const bare = socket as { _handle?: object | null };
  const handle = bare._handle;
  if (handle === undefined || handle === null) return socket;
  bare._handle = null;
  return new Socket({ handle, allowHalfOpen: false } as ConstructorParameters<typeof Socket>[0]);
}

/**
 * Sends what `writer` holds. A socket that could not send all of it at once keeps the writer's buffer, or a copy when it
 * is known to (`copies`: TLS reports every write as unfinished).
 */
export function sendWriter(socket: Socket, writer: MessageWriter, copies: boolean): void {
  if (copies && writer.length <= SMALL) {
    socket.write(writer.copy());
    writer.reset();
    return;
  }
  const wasEmpty = socket.writableLength === 0;
  socket.write(writer.view());
  if (!wasEmpty || socket.writableLength !== 0) writer.lend();
  writer.reset();
}

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
  copies: boolean,
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
    if (writer.length > 0) sendWriter(socket, writer, copies);
    return;
  }
  if (segmentCount === 1 && !inChunks && writer.length === 0) {
    socket.write(buffer.subarray(segments[0], segments[1]));
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
