import type { Socket } from 'node:net';
import type { Runtime } from '../runtime.ts';
import { ReadMemory, sendWriter } from '../wire.ts';

/** A read that brings this much is followed by more: it is worth a buffer of its own, which saves the copy. */
const MUCH = 16_384;
/** Buffers that all streams of a process may hold; the others copy what they read. */
const MOST_BUFFERS = 1_024;

const NOTHING = Buffer.alloc(0);

/** One direction of a stream: what is read from the source is written to the sink, at the sink's pace. */
export class Flow {
  /** What the source reads into, if it is plaintext. */
  readonly memory: ReadMemory;
  bytes: number;
  /** Whether the source has ended its half. */
  hasEnded: boolean;
  private readonly runtime: Runtime;
  private source: Socket | null;
  private sink: Socket | null;
  /** Whether the sink keeps what it is given (TLS). */
  private copies: boolean;
  private isPaused: boolean;
  private hasBuffer: boolean;

  constructor(runtime: Runtime) {
    this.memory = new ReadMemory(runtime.reads);
    this.bytes = 0;
    this.hasEnded = false;
    this.runtime = runtime;
    this.source = null;
    this.sink = null;
    this.copies = false;
    this.isPaused = false;
    this.hasBuffer = false;
  }

  connect(source: Socket, sink: Socket, isSinkTls: boolean): void {
    this.source = source;
    this.sink = sink;
    this.copies = isSinkTls;
  }

  /** `buffer[0, count)` has come from the source. */
  take(buffer: Buffer, count: number): void {
    const { memory, sink } = this;
    if (sink === null) return;
    this.bytes += count;
    if (memory.isShared(buffer)) {
      const { writer } = this.runtime;
      writer.bytes(buffer, 0, count);
      sendWriter(sink, writer, this.copies);
      if (count >= MUCH) this.expectMuch();
    } else {
      sink.write(count === buffer.length ? buffer : buffer.subarray(0, count));
      if (sink.writableLength !== 0) memory.lend();
      else if (count < MUCH) this.expectLittle();
    }
    if (sink.writableNeedDrain) this.pause();
  }

  /** The source has ended its half, and so does the sink once it has sent what it has. */
  end(): void {
    const { sink } = this;
    this.hasEnded = true;
    if (sink === null) return;
    // A socket that was ended can no longer be reset, should what it still holds never arrive.
    if (sink.writableLength === 0 || this.copies) sink.end();
    else sink.write(NOTHING, () => sink.end());
  }

  /** The sink can take more. */
  drained(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.source?.resume();
  }

  /** Both sockets are gone. */
  close(): void {
    this.source = null;
    this.sink = null;
    this.expectLittle();
  }

  private pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.source?.pause();
  }

  private expectMuch(): void {
    const { reads } = this.runtime;
    if (this.hasBuffer || reads.held >= MOST_BUFFERS) return;
    reads.held++;
    this.hasBuffer = true;
    this.memory.expectMuch();
  }

  private expectLittle(): void {
    if (!this.hasBuffer) return;
    this.runtime.reads.held--;
    this.hasBuffer = false;
    this.memory.expectLittle();
  }
}
