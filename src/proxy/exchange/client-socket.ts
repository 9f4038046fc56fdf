/** The socket of a client: what it is read into, whether it is read, and what is written to it. */
import type { Socket } from 'node:net';
import type { MessageWriter } from '../http1/writer.ts';
import { ReadMemory, type ReadPool, readInto, reborn, reset, sendWriter } from '../wire.ts';

/** Hears of everything that happens on a client's socket. Nothing that these throw reaches the socket. */
export type SocketOwner = {
  /** `chunk[0, count)` has come; the memory may be used again after the call (`isVolatile`). */
  received(chunk: Buffer, count: number): void;
  /** What was written has left, after `isCongested`. */
  drained(): void;
  /** The client has ended its half. */
  ended(): void;
  destroy(): void;
  /** One of the above threw. */
  crashed(error: unknown): void;
};

export class ClientSocket {
  readonly socket: Socket;
  readonly isTls: boolean;
  private readonly owner: SocketOwner;
  private readonly memory: ReadMemory;
  isPaused: boolean;

  /** `accepted` is paused when it is plaintext. Nothing is read before `start`. */
  constructor(accepted: Socket, isTls: boolean, reads: ReadPool, owner: SocketOwner) {
    this.isTls = isTls;
    this.owner = owner;
    this.memory = new ReadMemory(reads);
    this.socket = isTls ? accepted : readInto(accepted, this.memory, (chunk, count) => this.receive(chunk, count));
    this.isPaused = false;
  }

  start(): void {
    const { owner, socket } = this;
    if (this.isTls) socket.on('data', (chunk: Buffer) => this.receive(chunk, chunk.length));
    socket.on('drain', () => this.guarded(owner.drained));
    socket.on('end', () => this.guarded(owner.ended));
    socket.on('error', () => owner.destroy());
    socket.on('close', () => owner.destroy());
    socket.resume();
  }

  private receive(chunk: Buffer, count: number): void {
    try {
      this.owner.received(chunk, count);
    } catch (error) {
      this.owner.crashed(error);
    }
  }

  private guarded(handler: () => void): void {
    try {
      handler.call(this.owner);
    } catch (error) {
      this.owner.crashed(error);
    }
  }

  // Reading

  pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.socket.resume();
  }

  /** Whether the content of `buffer`, which was received, does not outlive the callback. */
  isShared(buffer: Buffer): boolean {
    return this.memory.isShared(buffer);
  }

  /** A long body comes. */
  expectMuch(): void {
    this.memory.expectMuch();
  }

  expectLittle(): void {
    this.memory.expectLittle();
  }

  /** Somebody still holds on to what was read last. */
  lend(): void {
    this.memory.lend();
  }

  // Writing

  get isCongested(): boolean {
    return this.socket.writableNeedDrain;
  }

  /** Whether everything that was written has left. */
  get isFlushed(): boolean {
    return this.socket.writableLength === 0;
  }

  send(writer: MessageWriter): void {
    sendWriter(this.socket, writer, this.isTls);
  }

  /** Sends bytes that nobody will change afterwards. */
  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** A socket for somebody else, from which `received` will be read again; this one is done. */
  release(received: Buffer): Socket {
    this.memory.expectLittle();
    const socket = reborn(this.socket);
    socket.unshift(received);
    return socket;
  }

  // Ending

  /** Ends our half. */
  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.memory.expectLittle();
    this.socket.destroy();
  }

  /** Ends a plaintext connection with RST; TLS has close_notify to tell an end from a loss. */
  reset(): void {
    if (!this.isTls) reset(this.socket);
  }
}
